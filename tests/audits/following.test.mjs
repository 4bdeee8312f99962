// Clients off the shelf follow what happens: over a WebSocket and over server-sent events, signed in and not, and again
// from where they were.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import WebSocket from 'ws';
import { createClient as createSocketClient } from 'graphql-ws';
import { createClient as createEventClient } from 'graphql-sse';
import { ApolloClient, ApolloLink, HttpLink, InMemoryCache, gql } from '@apollo/client';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { OperationTypeNode } from 'graphql';
import { Client, fetchExchange, subscriptionExchange } from '@urql/core';
import { changed, consult, present, publish, signIn, socketUrl, url } from './service.mjs';

const patience = { timeout: 30_000 };

const overSocket = (options = {}) =>
  createSocketClient({ url: socketUrl, webSocketImpl: WebSocket, retryAttempts: 0, ...options });
const overEvents = (options = {}) => createEventClient({ url, retryAttempts: 0, ...options });

// The events of a subscription, one after the other, whichever of the two clients it is.
const follow = (client, since, query = changed) => client.iterate({ query, variables: { since } });

async function next(events) {
  const { value, done } = await events.next();
  assert.equal(done, false);
  assert.equal(value.errors, undefined, JSON.stringify(value.errors));
  return value.data;
}

for (const [name, open] of [['graphql-ws', overSocket], ['graphql-sse', overEvents]]) {
  test(`${name} hears of what happens, and after a break of what it missed`, patience, async () => {
    let client = open();
    let events = follow(client, await present());
    const first = await publish();
    const heard = (await next(events)).changed;
    assert.equal(heard.node.key, first);
    assert.equal(heard.node.id, heard.nodeId);
    await events.return();
    client.dispose();

    const missed = [await publish(), await publish()];
    client = open();
    events = follow(client, heard.revision);
    assert.equal((await next(events)).changed.node.key, missed[0]);
    assert.equal((await next(events)).changed.node.key, missed[1]);
    const last = await publish();
    assert.equal((await next(events)).changed.node.key, last);
    await events.return();
    client.dispose();
  });

  test(`${name} meets an error with its code, and the end`, patience, async () => {
    const client = open();
    const events = follow(client, null, 'subscription { queueChanged { revision } }');
    const { value } = await events.next();
    assert.equal(value.errors[0].extensions.code, 'UNAUTHENTICATED');
    assert.equal((await events.next()).done, true);
    client.dispose();
  });
}

for (const [name, open] of [
  ['graphql-ws signs in by connection_init', (authorization) => overSocket({ connectionParams: { authorization } })],
  ['graphql-sse signs in by a header', (authorization) => overEvents({ headers: { authorization } })],
]) {
  test(`${name}, and hears what is told to its station`, patience, async () => {
    const token = await signIn('STAFF');
    const client = open(`Bearer ${token}`);
    const queue = `subscription ($since: Revision) {
      queueChanged(since: $since) { type consultationId consultation { id } }
    }`;
    const events = follow(client, await present(), queue);
    const told = next(events);
    const id = await consult(token);
    assert.deepEqual((await told).queueChanged, { type: 'PUT', consultationId: id, consultation: { id } });
    await events.return();
    client.dispose();
  });
}

test('graphql-ws is told that a token is none', patience, async () => {
  const client = overSocket({ connectionParams: { authorization: 'Bearer nonsense' } });
  await assert.rejects(follow(client, null).next(), (event) => event.code === 4403);
  client.dispose();
});

test('graphql-ws runs queries and mutations on the same socket', patience, async () => {
  const client = overSocket();
  const { value } = await client.iterate({ query: '{ viewer { signedIn } }' }).next();
  assert.deepEqual(value.data, { viewer: { signedIn: false } });
  client.dispose();
});

test('Apollo Client follows, and keeps what it hears in its cache', patience, async () => {
  const socket = overSocket();
  const isSubscription = ({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION;
  const link = ApolloLink.split(isSubscription, new GraphQLWsLink(socket), new HttpLink({ uri: url }));
  const client = new ApolloClient({ link, cache: new InMemoryCache() });
  const told = new Promise((resolve, reject) => {
    present().then((since) => {
      client
        .subscribe({ query: gql(changed), variables: { since } })
        .subscribe({ next: resolve, error: reject });
      return publish();
    }, reject);
  });
  const { data } = await told;
  const kept = client.cache.extract()[`Regulation:${data.changed.node.id}`];
  assert.equal(kept.key, data.changed.node.key);
  const again = await client.query({
    query: gql('query Again($id: ID!) { node(id: $id) { __typename id ... on Regulation { key } } }'),
    variables: { id: data.changed.nodeId },
  });
  assert.equal(again.data.node.key, kept.key);
  client.stop();
  socket.dispose();
});

for (const way of ['graphql-ws', 'graphql-sse', 'its own fetch']) {
  test(`urql follows over ${way}`, patience, async () => {
    const client = way === 'graphql-ws' ? overSocket() : overEvents();
    const forwardSubscription = ({ query, variables }) => ({
      subscribe: (sink) => ({ unsubscribe: client.subscribe({ query, variables }, sink) }),
    });
    const own = way === 'its own fetch';
    const exchanges = own ? [fetchExchange] : [fetchExchange, subscriptionExchange({ forwardSubscription })];
    const urql = new Client({ url, exchanges, fetchSubscriptions: own, preferGetMethod: false });
    const since = await present();
    let subscription;
    const told = new Promise((resolve) => {
      subscription = urql.subscription(changed, { since }).subscribe((result) => {
        if (result.data || result.error) resolve(result);
      });
    });
    const key = await publish();
    const { data, error } = await told;
    assert.equal(error, undefined);
    assert.equal(data.changed.node.key, key);
    subscription.unsubscribe();
    client.dispose();
  });
}
