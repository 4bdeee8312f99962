//! What changed from one version of a text to the next.

use std::time::Instant;

use similar::{ChangeTag, TextDiff};

/// A piece of a text that stayed, was taken out, or was put in.
pub(super) struct Piece {
    pub text: String,
    pub is_out: bool,
    pub is_in: bool,
}

/// The pieces of two texts together, in their order. Chinese has no spaces: what is compared is each character. The shortest
/// way from one text to the other is looked for until the deadline; after that, a longer one is shown.
pub(super) fn between(before: &str, after: &str, deadline: Instant) -> Vec<Piece> {
    let difference = TextDiff::configure().deadline(deadline).diff_chars(before, after);
    let mut pieces: Vec<Piece> = Vec::new();
    for change in difference.iter_all_changes() {
        let (is_out, is_in) =
            (change.tag() == ChangeTag::Delete, change.tag() == ChangeTag::Insert);
        match pieces.last_mut() {
            Some(last) if (last.is_out, last.is_in) == (is_out, is_in) => {
                last.text.push_str(change.value());
            }
            _ => pieces.push(Piece { text: change.value().to_owned(), is_out, is_in }),
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn both_texts_can_be_read_off(before in "[甲乙丙a ]{0,30}", after in "[甲乙丙a ]{0,30}") {
            let pieces = between(&before, &after, Instant::now() + Duration::from_secs(1));
            let of = |skip: fn(&Piece) -> bool| -> String {
                pieces.iter().filter(|it| !skip(it)).map(|it| it.text.as_str()).collect()
            };
            prop_assert_eq!(of(|it| it.is_in), before);
            prop_assert_eq!(of(|it| it.is_out), after);
        }
    }
}
