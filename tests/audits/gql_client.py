"""gql, the client of Python's users, asks and follows: over HTTP and over WebSocket, signed in and not.

ZHANJIAN_URL names the address of /graphql, ZHANJIAN_CREDENTIALS the file that `serve --demo-credentials` has written.
"""

import asyncio
import json
import os
import time

from gql import Client, gql
from gql.transport.aiohttp import AIOHTTPTransport
from gql.transport.exceptions import TransportError, TransportQueryError
from gql.transport.websockets import WebsocketsTransport
from websockets.exceptions import WebSocketException

URL = os.environ["ZHANJIAN_URL"]
SOCKET = URL.replace("http", "ws", 1)

SIGN_IN = gql(
    """mutation ($input: SignInInput!) {
      signIn(input: $input) { session { accessToken } userErrors { message } }
    }"""
)
RECORD = gql(
    """mutation ($input: RecordRegulationInput!) {
      recordRegulation(input: $input) { regulation { id key } userErrors { path message } }
    }"""
)
CHANGED = gql(
    """subscription ($since: Revision) {
      changed(kinds: [REGULATION], since: $since) { revision type nodeId node { id ... on Regulation { key } } }
    }"""
)
QUEUE = gql("subscription ($since: Revision) { queueChanged(since: $since) { type consultationId } }")
CONSULT = gql(
    """mutation ($input: RecordConsultationInput!) {
      recordConsultation(input: $input) { consultation { id } userErrors { path message } }
    }"""
)


def socket(token=None):
    payload = {"authorization": f"Bearer {token}"} if token else {}
    # Left to itself, gql offers its older protocol too, and looks for the answer under a header written in capitals; HTTP
    # knows none, and ours is written small. So it is told which one.
    protocols = [WebsocketsTransport.GRAPHQLWS_SUBPROTOCOL]
    return WebsocketsTransport(url=SOCKET, init_payload=payload, subprotocols=protocols)


async def sign_in(session, role):
    with open(os.environ["ZHANJIAN_CREDENTIALS"], encoding="utf-8") as file:
        account = next(account for account in json.load(file) if account["role"] == role)
    given = {"login": account["login"], "password": account["password"]}
    signed = await session.execute(SIGN_IN, variable_values={"input": given})
    assert signed["signIn"]["userErrors"] == [], signed
    return signed["signIn"]["session"]["accessToken"]


async def publish(token):
    transport = AIOHTTPTransport(url=URL, headers={"authorization": f"Bearer {token}"})
    async with Client(transport=transport) as session:
        key = f"sample-python-{os.getpid()}-{time.time_ns()}"
        regulation = {"key": key, "title": "示例管理办法", "region": "CN", "issuedOn": "2026-11-01"}
        done = await session.execute(RECORD, variable_values={"input": {"regulation": regulation}})
        assert done["recordRegulation"]["userErrors"] == [], done
        return key


async def main():
    # With the contract fetched from the service, so that gql checks what is asked against it.
    transport = AIOHTTPTransport(url=URL)
    async with Client(transport=transport, fetch_schema_from_transport=True) as session:
        officer = await sign_in(session, "MUNICIPAL_OFFICER")
        present = await session.execute(gql("{ changes { revision } }"))
        since = present["changes"]["revision"]
    print("queries over HTTP, with the contract: ok")

    async with Client(transport=socket()) as session:
        keys = [await publish(officer), await publish(officer)]
        heard = []
        async for event in session.subscribe(CHANGED, variable_values={"since": since}):
            heard.append(event["changed"]["node"]["key"])
            since = event["changed"]["revision"]
            if len(heard) == 2:
                keys.append(await publish(officer))
            if len(heard) == 3:
                break
        assert heard == keys, (heard, keys)
    print("what was missed, then what happens: ok")

    async with Client(transport=socket()) as session:
        try:
            async for event in session.subscribe(QUEUE):
                raise AssertionError(event)
        except TransportQueryError as error:
            assert error.errors[0]["extensions"]["code"] == "UNAUTHENTICATED", error
    print("an error with its code: ok")

    async with Client(transport=AIOHTTPTransport(url=URL)) as session:
        staff = await sign_in(session, "STAFF")
    async with Client(transport=socket(staff)) as session:
        viewer = await session.execute(gql("{ viewer { signedIn } }"))
        assert viewer == {"viewer": {"signedIn": True}}
        present = await session.execute(gql("{ changes { revision } }"))
        asker = {"company": "示例医疗器械有限公司"}
        asked = {"channel": "PHONE", "text": "示例问题：注册资料怎样补正？", "asker": asker}
        done = await session.execute(CONSULT, variable_values={"input": asked})
        consultation = done["recordConsultation"]["consultation"]["id"]
        since = {"since": present["changes"]["revision"]}
        events = session.subscribe(QUEUE, variable_values=since)
        told = await anext(events)
        assert told["queueChanged"] == {"type": "PUT", "consultationId": consultation}, told
        print("signed in by connection_init: ok")

        signed = await session.execute(gql("mutation { signOut(input: {}) { signedOut } }"))
        assert signed == {"signOut": {"signedOut": True}}
        try:
            event = await anext(events)
            raise AssertionError(event)
        except (TransportError, WebSocketException) as error:
            # Whichever of the two it raises, it names the code with which the socket was closed.
            assert "4403" in f"{error!r} {error.__cause__!r}", repr(error)
    print("signing out ends what is followed: ok")


asyncio.run(asyncio.wait_for(main(), 60))
