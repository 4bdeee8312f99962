// Answers to a question, and whether the law they rest on still stands. Needs: npm install @urql/core
import { Client, fetchExchange, gql } from "@urql/core";

const QUERY = gql`
  query ($words: String!) {
    search(query: $words, filter: { kinds: [ANSWERED_QUESTION] }, first: 3) {
      totalCount
      nodes { ... on AnsweredQuestion { question currency { status } } }
    }
  }
`;

const client = new Client({
  url: process.env.ZHANJIAN_URL ?? "http://127.0.0.1:8080/graphql",
  exchanges: [fetchExchange],
  preferGetMethod: false,
});
const { data, error } = await client.query(QUERY, { words: "医疗器械注册" }).toPromise();
if (error) throw error;
console.log(data.search.totalCount, data.search.nodes);
