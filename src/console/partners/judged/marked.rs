//! Texts with places marked in them. Places count characters, as the API does.

use crate::console::parts::Fragment;

/// A text in pieces, with what stands at the places marked. Places that the text does not have mark nothing.
pub(in crate::console) fn marked(
    text: &str,
    places: impl IntoIterator<Item = (i64, i64)>,
) -> Vec<Fragment> {
    let characters: Vec<char> = text.chars().collect();
    let mut is_marked = vec![false; characters.len()];
    for (start, end) in places {
        let (Ok(start), Ok(end)) = (usize::try_from(start), usize::try_from(end)) else { continue };
        if let Some(place) = is_marked.get_mut(start..end) {
            place.fill(true);
        }
    }
    let mut fragments: Vec<Fragment> = Vec::new();
    for (character, matched) in characters.into_iter().zip(is_marked) {
        match fragments.last_mut() {
            Some(last) if last.matched == matched => last.text.push(character),
            _ => fragments.push(Fragment { text: character.to_string(), matched }),
        }
    }
    fragments
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn places_that_overlap_are_one_and_wrong_ones_are_none() {
        let fragments = marked("可降解支架涂层", [(0, 3), (2, 5), (6, 99), (-1, 2), (5, 4)]);
        let said: Vec<(&str, bool)> =
            fragments.iter().map(|it| (it.text.as_str(), it.matched)).collect();
        assert_eq!(said, [("可降解支架", true), ("涂层", false)]);
    }

    proptest! {
        #[test]
        fn nothing_is_lost(text in "[甲乙a𠮷\n ]{0,20}", places in prop::collection::vec((-3_i64..25, -3_i64..25), 0..5)) {
            let whole: String = marked(&text, places).into_iter().map(|it| it.text).collect();
            prop_assert_eq!(whole, text);
        }
    }
}
