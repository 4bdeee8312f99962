//! Lines and columns of byte offsets.

use apollo_compiler::parser::SourceSpan;
use async_graphql::Pos;
use std::cell::Cell;

/// Finds the line and column of offsets that mostly come in rising order, each from the one before.
pub(super) struct Places<'a> {
    text: &'a str,
    /// Offset, and the place there.
    last: Cell<(usize, Pos)>,
}

impl<'a> Places<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, last: Cell::new((0, Pos { line: 1, column: 1 })) }
    }

    /// The place of a node; the beginning where it has none.
    pub(super) fn of(&self, span: Option<SourceSpan>) -> Pos {
        let Some(offset) = span.map(|span| span.offset()) else {
            return Pos { line: 1, column: 1 };
        };
        let (mut from, mut place) = self.last.get();
        if offset < from {
            (from, place) = (0, Pos { line: 1, column: 1 });
        }
        for letter in self.text.get(from..offset).unwrap_or_default().chars() {
            if letter == '\n' {
                place.line += 1;
                place.column = 1;
            } else {
                place.column += 1;
            }
        }
        self.last.set((offset, place));
        place
    }
}
