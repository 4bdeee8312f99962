//! Chance that can be repeated.

use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

/// What chance begins with: `ZHANJIAN_TEST_SEED` where it is given, another number each time where not. It is printed,
/// and shown where the test fails: given again, the same is tried again.
#[track_caller]
pub fn seed() -> u64 {
    let given = std::env::var_os("ZHANJIAN_TEST_SEED");
    let seed = given.map_or_else(rand::random, |seed| {
        let number = seed.to_str().and_then(|seed| seed.parse().ok());
        number.unwrap_or_else(|| panic!("ZHANJIAN_TEST_SEED={} is no number", seed.display()))
    });
    println!("ZHANJIAN_TEST_SEED={seed} tries the same again");
    seed
}

/// Draws from strategies, beginning with [`seed`].
#[track_caller]
pub fn runner() -> TestRunner {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed().to_le_bytes());
    TestRunner::new_with_rng(Config::default(), TestRng::from_seed(RngAlgorithm::ChaCha, &bytes))
}
