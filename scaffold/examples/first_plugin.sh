#!/bin/sh
# The life cycle of a plugin on a local emulator of the platform: create, check, package, deploy, call, change, roll back
# and delete. Usage: first_plugin.sh FOLDER, which must not exist yet. Requires new-plugin, biot-plugin, biot-emulator,
# curl and make on PATH.
set -eu

folder=${1:?usage: first_plugin.sh FOLDER}
patients=organization/v1/users/patients
log=$(mktemp)

say() { printf '\n== %s\n' "$*"; }

api() { # METHOD PATH [JSON]: sends a request as the administrator
  curl -sS -X "$1" "$BIOT_PLUGIN_BASE_URL/$2" -H "authorization: Bearer $token" ${3:+-H content-type:application/json -d "$3"}
}

patient() { # creates a patient, and prints the attribute that the plugin changes
  api POST "$patients" '{"_name": {"firstName": "Grace", "lastName": "Hopper"}, "mrn": "  K-117 "}' |
    sed 's/.*"mrn":\("[^"]*"\).*/the record number is \1/'; echo
}

say "Start the platform"
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

say "Create a plugin"
new-plugin "$folder" --name first --hook pre-request --defaults
cd "$folder"
make setup

say "Check and package"
biot-plugin check
biot-plugin package

say "Before the deployment"
patient

say "Deploy"
biot-plugin deploy --yes
patient

say "Change, and deploy again"
sed 's/number.strip()/number.strip().lower()/' hooks/pre_request.py >hooks/new && mv hooks/new hooks/pre_request.py
biot-plugin deploy --yes
patient

say "Deploy once more: nothing changed"
biot-plugin deploy --yes

say "Roll back"
biot-plugin rollback --yes
patient

say "Delete"
biot-plugin delete --yes
patient
