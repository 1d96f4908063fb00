"""A plugin in JavaScript on every hook, by real calls: what it needs of the platform is what any plugin needs."""

from __future__ import annotations

from typing import Any

import pytest

from biot_emulator.client import Client
from biot_emulator.testing import Emulator
from tests.emulator.conftest import ADA, PATIENTS, interception
from tests.emulator.javascript import files_zip, nearest_runtime

pytestmark = pytest.mark.slow

PLUGIN = {
    "package.json": '{"type": "module", "dependencies": {"kit": "1.0.0"}}',
    "node_modules/kit/package.json": '{"main": "kit.js"}',
    "node_modules/kit/kit.js": "exports.initials = (name) => name.firstName[0] + name.lastName[0];",
    "index.js": """
        import { hooks } from './src/hooks.mjs';
        import { verify } from './src/callers.mjs';

        export const handler = async (event) => {
          const kind = event.headers?.hooktype ?? (event.source ? 'SCHEDULED' : 'DIRECT');
          const body = event.body ? JSON.parse(event.body) : {};
          const authorization = event.headers?.authorization;
          const token = kind === 'NOTIFICATION' ? body.jwt : authorization?.replace('Bearer ', '');
          const scopes = kind === 'SCHEDULED' || kind === 'DIRECT' ? [] : (await verify(token)).scopes;
          console.info(`${kind} from a caller with ${scopes}`);
          return hooks[kind](body, event);
        };
    """,
    "src/callers.mjs": """
        import { createPublicKey, createVerify } from 'node:crypto';
        import { get } from './api.mjs';

        // Once for each process.
        const { publicKey } = await get('/ums/v1/security/public-key');
        const key = createPublicKey({ key: Buffer.from(publicKey, 'base64'), format: 'der', type: 'spki' });

        export const verify = async (token) => {
          const [header, payload, signature] = token.split('.');
          const isSigned = createVerify('RSA-SHA512').update(`${header}.${payload}`)
            .verify(key, Buffer.from(signature, 'base64url'));
          if (!isSigned) throw new Error('not the platform');
          return JSON.parse(Buffer.from(payload, 'base64url'));
        };
    """,
    "src/api.mjs": """
        import { request } from 'node:http';

        const { BIOT_BASE_URL, BIOT_SERVICE_USER_ID, BIOT_SERVICE_USER_SECRET_KEY } = process.env;

        const call = (method, path, json, headers = {}) => new Promise((resolve, reject) => {
          const answered = async (response) => {
            const chunks = [];
            for await (const chunk of response) chunks.push(chunk);
            resolve(JSON.parse(Buffer.concat(chunks)));
          };
          const options = { method, headers: { 'content-type': 'application/json', ...headers } };
          request(BIOT_BASE_URL + path, options, answered).on('error', reject).end(json && JSON.stringify(json));
        });

        export const get = (path, headers) => call('GET', path, undefined, headers);

        export const countPatients = async () => {
          const user = { id: BIOT_SERVICE_USER_ID, secretKey: BIOT_SERVICE_USER_SECRET_KEY };
          const { accessToken } = await call('POST', '/ums/v2/services/accessToken', user);
          const found = await get('/organization/v1/users/patients', { authorization: `Bearer ${accessToken}` });
          return found.metadata.page.totalResults;
        };
    """,
    "src/hooks.mjs": """
        import kit from 'kit';
        import { countPatients } from './api.mjs';

        export const hooks = {
          INTERCEPTOR_PRE({ request }) {
            request.body._description = kit.initials(request.body._name);
            return { request };
          },
          INTERCEPTOR_POST({ response }) {
            response.body._mrnOfHook = 'post';
            return { response };
          },
          INTERCEPTOR_POST_ENTITY({ response }) {
            return { response };
          },
          async NOTIFICATION() {
            console.log('patients:', await countPatients());
            return { statusCode: 200 };
          },
          async DIRECT(body, event) {
            const reply = { method: event.requestContext.http.method, patients: await countPatients() };
            return { statusCode: 201, headers: { 'x-kind': 'direct' }, body: JSON.stringify(reply) };
          },
          async SCHEDULED() {
            return { patients: await countPatients() };
          },
        };
    """,
}


def test_every_hook_of_a_plugin_of_es_modules(emulator: Emulator) -> None:
    create = f"POST{PATIENTS}"
    subscriptions = {
        "interceptions": [
            interception("PRE_REQUEST", create),
            interception("POST_REQUEST", create),
            interception("ADAPT_ENTITY", "patient"),
        ],
        "notifications": [{"entityTypeName": "patient", "actionName": "_create"}],
    }
    config: dict[str, Any] = {"subscriptions": subscriptions, "cronSchedule": "0 0 * * ? *", "timeout": 20}
    plugin = emulator.deploy(files_zip(PLUGIN), runtime=nearest_runtime(), **config)
    made = emulator.call("POST", PATIENTS, json=ADA)
    assert (made.status_code, made.body["_description"], made.body["_mrnOfHook"]) == (201, "AL", "post")
    assert emulator.wait_for_notifications()
    direct = Client(emulator.url).call("PUT", plugin["endpointUrl"].removeprefix(emulator.url))
    assert (direct.status_code, direct.headers["x-kind"]) == (201, "direct")
    assert direct.body == {"method": "PUT", "patients": 1}
    assert emulator.fire_schedule("demo")["reply"] == {"patients": 1}
    invocations = emulator.invocations("demo")
    assert [(invocation["kind"], invocation["error"]) for invocation in invocations] == [
        ("PRE_REQUEST", None),
        ("ADAPT_ENTITY", None),
        ("POST_REQUEST", None),
        ("NOTIFICATION", None),
        ("DIRECT", None),
        ("SCHEDULED", None),
    ]
    assert "patients: 1" in invocations[3]["logs"][-1]
    assert [invocation["cold"] for invocation in invocations].count(True) == 1
    assert "PLUGIN_INTERCEPTOR" in invocations[0]["logs"][-1]
