// Checked by tsc against the types that graphql-codegen makes; never run.
import type { ChangesQuery, QueueSubscription, SaveMutation, SearchQuery } from './types.js';

export function titles(found: SearchQuery): string[] {
  return found.search.edges.map(({ node }) => {
    switch (node.__typename) {
      case 'AnsweredQuestion':
        return `${node.number} ${node.question} ${node.currency.status}`;
      case 'Regulation':
        return node.key;
      default:
        return node.__typename;
    }
  });
}

export function goOn(page: ChangesQuery['changes']): { since: string; gone: string[] } {
  const gone = page.changes.filter((change) => change.type === 'GONE' || !change.node);
  return { since: page.revision, gone: gone.map((change) => change.nodeId) };
}

export function faults(saved: SaveMutation): string {
  return saved.saveSearch.userErrors.map((error) => `${error.path.join('.')}: ${error.message}`).join('\n');
}

export function waiting(told: QueueSubscription): number {
  return told.queueChanged.queues.myStation;
}
