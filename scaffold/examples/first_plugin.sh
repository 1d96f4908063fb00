#!/bin/sh
# A plugin's whole life on the platform on this machine: made, checked, packaged, deployed, called, changed, rolled back
# and removed. Usage: first_plugin.sh FOLDER, which must not be there yet. It needs new-plugin, biot-plugin,
# biot-emulator, curl and make on PATH.
set -eu

folder=${1:?say which folder to make the plugin in}
patients=organization/v1/users/patients
log=$(mktemp)

say() { printf '\n== %s\n' "$*"; }

api() { # METHOD PATH [JSON]: calls the platform as the administrator
  curl -sS -X "$1" "$BIOT_PLUGIN_BASE_URL/$2" -H "authorization: Bearer $token" ${3:+-H content-type:application/json -d "$3"}
}

patient() { # creates a patient, and shows the attribute that the plugin changes
  api POST "$patients" '{"_name": {"firstName": "Grace", "lastName": "Hopper"}, "mrn": "  K-117 "}' |
    sed 's/.*"mrn":\("[^"]*"\).*/the record number is \1/'; echo
}

say "The platform, on this machine"
biot-emulator serve --port 0 --admin me@example.org:secret >"$log" &
emulator=$!
trap 'kill $emulator; rm -f "$log"' EXIT
until grep -q '^listening on ' "$log"; do
  kill -0 $emulator || exit 1
  sleep 0.1
done
BIOT_PLUGIN_BASE_URL=$(sed -n 's/^listening on //p' "$log")
BIOT_PLUGIN_USERNAME=me@example.org
BIOT_PLUGIN_PASSWORD=secret
export BIOT_PLUGIN_BASE_URL BIOT_PLUGIN_USERNAME BIOT_PLUGIN_PASSWORD
echo "$BIOT_PLUGIN_BASE_URL"
token=$(curl -sS "$BIOT_PLUGIN_BASE_URL/ums/v2/users/login" -H content-type:application/json \
  -d '{"username": "me@example.org", "password": "secret"}' | sed 's/.*"accessJwt":{"token":"\([^"]*\)".*/\1/')

say "A new plugin"
new-plugin "$folder" --name first --hook pre-request --defaults
cd "$folder"
make setup

say "Checked and packaged"
biot-plugin check
biot-plugin package

say "Before it is deployed"
patient

say "Deployed"
biot-plugin deploy --yes
patient

say "Changed, and deployed again"
sed 's/number.strip()/number.strip().lower()/' hooks/pre_request.py >hooks/new && mv hooks/new hooks/pre_request.py
biot-plugin deploy --yes
patient

say "Deployed once more: nothing to do"
biot-plugin deploy --yes

say "Rolled back"
biot-plugin rollback --yes
patient

say "Removed"
biot-plugin delete --yes
patient
