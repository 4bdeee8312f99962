// Answers to a question, and whether the law they rest on still stands. Needs: npm install @apollo/client graphql rxjs
import { ApolloClient, gql, HttpLink, InMemoryCache } from "@apollo/client";

const QUERY = gql`
  query ($words: String!) {
    search(query: $words, filter: { kinds: [ANSWERED_QUESTION] }, first: 3) {
      totalCount
      nodes { ... on AnsweredQuestion { id question currency { status } } }
    }
  }
`;

const client = new ApolloClient({
  link: new HttpLink({ uri: process.env.ZHANJIAN_URL ?? "http://127.0.0.1:8080/graphql" }),
  cache: new InMemoryCache(),
});
const { data } = await client.query({ query: QUERY, variables: { words: "医疗器械注册" } });
console.log(data.search.totalCount, data.search.nodes);
client.stop();
