// What graphql-eslint asks of the contract: all that it recommends for schemas, and what Relay needs. A rule is bent here
// only with its reason.
import graphql from '@graphql-eslint/eslint-plugin';

const { configs } = graphql;

export default [
  {
    files: ['**/*.graphql'],
    plugins: { '@graphql-eslint': graphql },
    languageOptions: {
      parser: graphql.parser,
      parserOptions: { graphQLConfig: { schema: process.env.ZHANJIAN_SCHEMA ?? '../../schema.graphql' } },
    },
    rules: {
      ...configs['flat/schema-recommended'].rules,
      ...configs['flat/schema-relay'].rules,
      // Only what can be asked for by `node(id:)` has an id. A facet, a step of a path, a payload is a value of what it
      // stands in: an id that leads nowhere would promise what is not there, and Relay would mix up what has the same.
      // tools.test.mjs makes sure that whatever has an id is a Node, and the other way round.
      '@graphql-eslint/strict-id-in-types': 'off',
      // Short, closed lists (areas, citations, errors) are lists: pages are for what grows.
      // And an edge may lead to one of several Nodes (a hit of a search), or to an entry of a log that is no Node.
      '@graphql-eslint/relay-edge-types': [
        'error',
        { withEdgeSuffix: true, shouldImplementNode: false, listTypeCanWrapOnlyEdgeType: false },
      ],
      // Relay allows pages that only go forward.
      '@graphql-eslint/relay-arguments': ['error', { includeBoth: false }],
    },
  },
];
