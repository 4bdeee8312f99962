// When a session ends, so does what it follows, and each client off the shelf can tell its user why.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import WebSocket from 'ws';
import { createClient as createSocketClient } from 'graphql-ws';
import { createClient as createEventClient } from 'graphql-sse';
import { ApolloClient, InMemoryCache, gql } from '@apollo/client';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { Client, fetchExchange, subscriptionExchange } from '@urql/core';
import { changed, present, publish, signIn, signOut, socketUrl, url } from './service.mjs';

// The service looks every few seconds whether a session still holds.
const patience = { timeout: 45_000 };

const overSocket = (authorization) =>
  createSocketClient({
    url: socketUrl,
    webSocketImpl: WebSocket,
    connectionParams: { authorization },
    // It would come again with the same token, and be turned away.
    retryAttempts: 0,
  });

// Each way to follow, as a function that takes the header and the variables, tells `heard` of each answer and `ended` of
// the end with what was said of it, and gives what clears up.
const ways = {
  'graphql-ws': (authorization, variables, { heard, ended }) => {
    const client = overSocket(authorization);
    client.subscribe({ query: changed, variables }, { next: heard, error: ended, complete: ended });
    return () => client.dispose();
  },
  'graphql-sse': (authorization, variables, { heard, ended }) => {
    const client = createEventClient({ url, retryAttempts: 0, headers: { authorization } });
    let last;
    const next = (result) => (result.errors ? (last = result.errors[0]) : heard(result));
    client.subscribe({ query: changed, variables }, { next, error: ended, complete: () => ended(last) });
    return () => client.dispose();
  },
  'Apollo Client': (authorization, variables, { heard, ended }) => {
    const socket = overSocket(authorization);
    const client = new ApolloClient({ link: new GraphQLWsLink(socket), cache: new InMemoryCache() });
    // It hands on an error of the network as the last result.
    const next = ({ data, error }) => (error ? ended(error) : heard({ data }));
    client.subscribe({ query: gql(changed), variables }).subscribe({ next, error: ended, complete: ended });
    return () => {
      client.stop();
      socket.dispose();
    };
  },
  'urql over graphql-ws': (authorization, variables, { heard, ended }) => {
    const socket = overSocket(authorization);
    const forwardSubscription = ({ query, variables }) => ({
      subscribe: (sink) => ({ unsubscribe: socket.subscribe({ query, variables }, sink) }),
    });
    const urql = new Client({ url, exchanges: [subscriptionExchange({ forwardSubscription })] });
    const { unsubscribe } = urql.subscription(changed, variables).subscribe(({ data, error }) => {
      if (error) ended(error);
      else heard({ data });
    });
    return () => {
      unsubscribe();
      socket.dispose();
    };
  },
  'urql by its own fetch': (authorization, variables, { heard, ended }) => {
    const urql = new Client({
      url,
      exchanges: [fetchExchange],
      fetchSubscriptions: true,
      preferGetMethod: false,
      fetchOptions: { headers: { authorization } },
    });
    const { unsubscribe } = urql.subscription(changed, variables).subscribe(({ data, error }) => {
      if (error) ended(error.graphQLErrors[0]);
      else heard({ data });
    });
    return unsubscribe;
  },
};

// What each says of the end: over a socket how it was closed, which Apollo puts into words, over server-sent events an
// error with its code.
function reason(said) {
  const from = said?.networkError ?? said;
  return String(from?.extensions?.code ?? from?.code ?? from?.message);
}

// All at once, as each waits for the service to look.
describe('signing out ends what is followed', { concurrency: true }, () => {
  for (const [name, begin] of Object.entries(ways)) {
    test(name, patience, async ({ signal }) => {
      const token = await signIn('STAFF');
      const since = await present();
      const key = await publish();
      const [first, end] = [deferred(), deferred()];
      // The others publish too.
      const heard = ({ data }) => data.changed.node.key === key && first.resolve();
      const clear = begin(`Bearer ${token}`, { since }, { heard, ended: end.resolve });
      signal.addEventListener('abort', clear);
      const early = end.promise.then((said) => assert.fail(`it ended before it was signed out: ${reason(said)}`));
      early.catch(() => {});
      await Promise.race([first.promise, early]);

      await signOut(token);
      assert.match(reason(await end.promise), /\b(4403|UNAUTHENTICATED)\b/);
      clear();
    });
  }
});

// Promise.withResolvers, which Node.js 20 lacks.
function deferred() {
  const made = {};
  made.promise = new Promise((resolve) => Object.assign(made, { resolve }));
  return made;
}
