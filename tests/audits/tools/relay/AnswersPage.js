// Read by relay-compiler, never run: a page of answers as a console built with Relay asks for it.
import { graphql } from 'react-relay';

export const query = graphql`
  query AnswersPageQuery($id: ID!, $since: Revision) {
    node(id: $id) {
      id
      ...AnswersPage_answer @alias
    }
    changes(since: $since, kinds: [ANSWERED_QUESTION], first: 10) {
      revision
      hasMore
      changes {
        type
        nodeId
        node {
          id
        }
      }
    }
    ...AnswersPage_list
  }
`;

export const answer = graphql`
  fragment AnswersPage_answer on AnsweredQuestion {
    number
    question
    station {
      code
      name
    }
    currency {
      status
      day
    }
  }
`;

export const list = graphql`
  fragment AnswersPage_list on Query
  @refetchable(queryName: "AnswersPageListQuery")
  @argumentDefinitions(first: { type: "Int", defaultValue: 20 }, after: { type: "String" }) {
    answeredQuestions(first: $first, after: $after) @connection(key: "AnswersPage_answeredQuestions") {
      edges {
        cursor
        node {
          id
          ...AnswersPage_answer
        }
      }
    }
  }
`;

export const saved = graphql`
  mutation AnswersPageSaveMutation($input: SaveSearchInput!, $connections: [ID!]!) {
    saveSearch(input: $input) {
      savedSearch
        @appendNode(connections: $connections, edgeTypeName: "SavedSearchEdge") {
        id
        name
      }
      userErrors {
        code
        path
        message
      }
    }
  }
`;

export const removed = graphql`
  mutation AnswersPageDeleteMutation($input: DeleteSavedSearchInput!, $connections: [ID!]!) {
    deleteSavedSearch(input: $input) {
      deletedSavedSearchId @deleteEdge(connections: $connections)
    }
  }
`;

export const followed = graphql`
  subscription AnswersPageFoundSubscription($saved: ID!, $since: Revision) {
    answeredQuestionFound(savedSearch: $saved, since: $since) {
      revision
      reason
      answeredQuestionId
      answeredQuestion {
        id
        ...AnswersPage_answer
      }
    }
  }
`;
