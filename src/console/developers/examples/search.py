# Answers to a question, and whether the law they rest on still stands. Needs: pip install "gql[aiohttp]"
import asyncio
import os

from gql import Client, gql
from gql.transport.aiohttp import AIOHTTPTransport

QUERY = gql("""
    query ($words: String!) {
      search(query: $words, filter: { kinds: [ANSWERED_QUESTION] }, first: 3) {
        totalCount
        nodes { ... on AnsweredQuestion { question currency { status } } }
      }
    }
""")


async def main():
    url = os.environ.get("ZHANJIAN_URL", "http://127.0.0.1:8080/graphql")
    async with Client(transport=AIOHTTPTransport(url=url)) as session:
        request = QUERY
        request.variable_values = {"words": "医疗器械注册"}
        found = await session.execute(request)
    print(found["search"]["totalCount"])
    for node in found["search"]["nodes"]:
        if node:
            print(node["currency"]["status"], node["question"])


asyncio.run(main())
