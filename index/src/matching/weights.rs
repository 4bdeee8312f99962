//! Every weight of matching, each with the figures that chose it.
//!
//! Figures are nDCG@10 on the tuning half of `judged/matching`, from the sweeps that chose them: each varies one weight
//! while the others stood about as they do here, at .950. There are 32 needs in that half: what differs by less than .01 is
//! chance, and then the rounder or the more cautious value was taken. The other half chose nothing; it was looked at once,
//! at the end (figures in `judged/matching/README.md`).

/// Names these weights and the arithmetic they go into; raised with every change of either.
pub const VERSION: &str = "1";

/// What each component counts where all are known, in the order of [`super::Component::ALL`]: text (.941 with .35, .942
/// with .65), areas (.945 with .10, .943 with .30), kind of help (.951 with 0, .950 with .15), maturity (.947 with 0),
/// cooperation mode (.956 with 0: the judged needs say so little of it that it cannot be told; kept, for who excludes a
/// mode means it), nearness (.944 with .05), track record (cannot be measured before there is one).
///
/// The catalogue of devices is counted among the areas: as a component of its own beside them (.10) .939.
pub(super) const COMPONENTS: [f64; 7] = [0.50, 0.25, 0.10, 0.06, 0.04, 0.02, 0.03];

/// A pair below this is not proposed and not shown: of the tuning half all that should be introduced (grade 3) score more,
/// four of five of grade 2, and 39 % of what looks alike and does not help.
pub const LEAST: f64 = 0.35;

/// An area beside the one that is asked for, under the same parent (.952 with .15, .949 with .35).
pub(super) const SIBLING: f64 = 0.25;
/// An area above or below (.939 with .6 and with .8).
pub(super) const LINEAGE: f64 = 0.6;
/// How much it counts that what is offered is asked for, beside that what is asked for is offered (.937 with 0, .950 with
/// .5).
pub(super) const ASKED_FOR: f64 = 0.3;

/// The word itself, or another name of the same thing.
pub(super) const WHOLE: f64 = 1.0;
/// A word of the field for a word of those who ask. It tells more where nothing but the text is known (.887 without, .917
/// with .3, .914 with .6, text alone) than beside the areas (.952 without, .944 with .6).
pub(super) const LAY: f64 = 0.4;
/// All pairs of a word's characters, and not the word (.949 with 0, .950 with .7). Single characters are not counted
/// (.896 with .1 against .901, text alone without lay words).
pub(super) const PAIRS: f64 = 0.4;
/// In the title,
pub(super) const HEAD: f64 = 1.0;
/// and elsewhere (.949 with .7, .951 with 1). How often a word comes again is not counted (.950 with and without).
pub(super) const BODY: f64 = 0.9;
/// So much of what a need says is as good as all of it: nobody repeats a need word for word (.942 with .3, .936 with 1).
pub(super) const ENOUGH: f64 = 0.5;

/// What a thing says that has several names.
pub(super) const CONCEPT: f64 = 0.9;
/// What a word says that nearly every text of the field has.
pub(super) const EVERYDAY: f64 = 0.05;
/// What a number says.
pub(super) const NUMBER: f64 = 0.2;
/// What characters say that the dictionary knows in no word.
pub(super) const UNKNOWN: f64 = 0.5;
/// What a single character says, as part of what it would as a word.
pub(super) const SINGLE: f64 = 0.3;

/// A word that the general dictionary saw so often says nothing,
const COMMON: f64 = 40_000.0;
/// and one that it saw so seldom says all a word can.
const RARE: f64 = 20.0;
/// What is left of the most common words.
const LEAST_WORD: f64 = 0.02;
/// What says less than this is not held against offers.
pub(super) const TOLD: f64 = 0.06;

/// How much a word says, by how often the general dictionary saw it; 0 for one that it does not know. The logarithm as it
/// is (.950 with its power .7, .941 with 1.3).
pub(super) fn of_word(frequency: usize) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "a logarithm of it is taken")]
    let frequency = (frequency as f64).max(RARE);
    ((COMMON / frequency).ln() / (COMMON / RARE).ln()).max(LEAST_WORD)
}
