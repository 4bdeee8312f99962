//! The words for strengths.

use async_graphql::Enum;

/// Whether a station declares itself good at an area.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum)]
pub enum AreaDeclaration {
    /// It declares the area itself, or one below it.
    Declared,
    /// It declares one above it.
    Above,
    /// It declares neither.
    Not,
}

/// What a station's strength in an area is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Enum)]
pub enum StrengthComponent {
    /// How many answers it has, each by how far it still stands.
    Answers,
    /// How far its answers still stand, taken together.
    Currency,
    /// How often other stations have reused them.
    Reuse,
    /// Whether it declares the area.
    Declared,
    /// How many readers found them helpful.
    Helpful,
}

/// What is missing in an area in which many ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Enum)]
pub enum GapKind {
    /// There are few answers that still stand.
    FewAnswers,
    /// Many of the answers rest on what no longer holds.
    StaleAnswers,
}

/// What speaks for asking a station.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Enum)]
pub enum StationMatchComponent {
    /// How like the text its best answered questions are.
    Similar,
    /// How many of all similar answered questions are its.
    Share,
    /// Whether it declares the areas that the text touches.
    Areas,
    /// Whether those answers still stand.
    Currency,
    /// Whether other stations have reused them.
    Reuse,
}

/// How it is known that a text touches an area.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Enum)]
pub enum TouchedBy {
    /// The request names it.
    Given,
    /// The text names it, by its label or an alias.
    Named,
    /// The answered questions that are like the text are filed under it.
    Similar,
}
