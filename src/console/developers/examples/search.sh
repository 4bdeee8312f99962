#!/bin/sh
# Answers to a question, and whether the law they rest on still stands.
curl --silent --fail-with-body "${ZHANJIAN_URL:-http://127.0.0.1:8080/graphql}" \
  --header 'Content-Type: application/json' \
  --header 'Accept: application/graphql-response+json' \
  --data '{
    "query": "query($words: String!) { search(query: $words, filter: { kinds: [ANSWERED_QUESTION] }, first: 3) { totalCount nodes { ... on AnsweredQuestion { question currency { status } } } } }",
    "variables": { "words": "医疗器械注册" }
  }'
