//! Who must wait before the next password: guessing is slowed down, and nobody is locked out by somebody else.
//!
//! An account that is closed after some wrong passwords can be closed by anybody who knows its login. So nothing is ever
//! closed here, and the waiting falls on places. Failures are counted three times over:
//!
//! * by login and address together: after [`FREE_TRIES`] this pair waits, longer with every failure. Whoever mistypes,
//!   and whoever guesses at one account from one place, is met here; nobody at another address notices.
//! * by address, over all logins: someone who tries one password on everybody. Past [`MANY_FROM_AN_ADDRESS`] the address
//!   goes on at the pace of that limit. Who has signed in from there before and has not failed since is let through: the
//!   colleagues behind the same address shall not pay.
//! * by login, over all addresses: someone who guesses from everywhere. Past [`MANY_AT_A_LOGIN`] it goes on at the pace
//!   of that limit, but only for addresses from which the login was never used successfully. Its owner gets in from
//!   where they usually are, however many others try.
//!
//! The counters are the caller's to keep. It counts an attempt that was let through and failed, and never one that had
//! to wait: otherwise knocking on would prolong the wait. It does so whether the login exists or not, so that waiting
//! tells nothing either. Attempts that run side by side must not all be let through by the same counter, so it is safe
//! only to count an attempt before the password is looked at, and to take it back when it was right.
//!
//! What this cannot do: help an owner who is somewhere new while their login is under attack from everywhere (they wait
//! with the attackers, or ask somebody who runs the service); keep apart two people behind one address who go for the
//! same login, or one who owns more IPv6 networks than one from many who own one each; stop a guess that is right at the
//! first try. Good passwords do the rest.

use std::net::IpAddr;

use chrono::{DateTime, Duration, Utc};

/// Failures of a pair are forgotten when there was none for so long, and no counter needs to be kept longer.
pub(super) const FADES_AFTER_HOURS: i64 = 24;
/// The counters of an address and of a login begin anew when there was no failure for so long. What is counted is
/// therefore never less than the failures within an hour, and a night's rest is enough for a busy house.
pub(super) const LULL: Duration = Duration::hours(1);

/// Failures of a pair before it waits at all.
const FREE_TRIES: u32 = 5;
/// How long a pair waits then; twice as long after each further failure.
const FIRST_WAIT: Duration = Duration::seconds(30);
/// The longest wait of a pair: some hundred guesses a day, at most.
const LONGEST_WAIT: Duration = Duration::minutes(15);
/// Failures at one address, over all logins, that are still taken for people who mistype.
const MANY_FROM_AN_ADDRESS: u32 = 50;
/// Failures at one login, over all addresses, that are still taken for its owner's.
const MANY_AT_A_LOGIN: u32 = 100;

/// The failures under one counter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Failures {
    /// How many there were since the counter last began.
    pub(super) count: u32,
    /// When the last one was.
    pub(super) last_at: DateTime<Utc>,
}

/// Whether a password is looked at now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Decision {
    /// Yes.
    Go,
    /// Not before so much time has passed.
    Wait(Duration),
}

/// Decides on an attempt, by the counters of the login at this address, of the address, and of the login.
/// `known_here` says whether the login was used successfully from this address before.
pub(super) fn decide(
    pair: Option<&Failures>,
    address: Option<&Failures>,
    login: Option<&Failures>,
    known_here: bool,
    now: DateTime<Utc>,
) -> Decision {
    let pair = count(pair, Duration::hours(FADES_AFTER_HOURS), now);
    let address = count(address, LULL, now);
    let login = count(login, LULL, now);

    let mut wait = pair.map(|pair| remaining(pair, wait_of_pair(pair.count), now));
    if !(known_here && pair.is_none()) {
        wait = wait.max(address.map(|address| paced(address, MANY_FROM_AN_ADDRESS, now)));
    }
    if !known_here {
        wait = wait.max(login.map(|login| paced(login, MANY_AT_A_LOGIN, now)));
    }
    match wait {
        Some(wait) if wait > Duration::zero() => Decision::Wait(wait),
        _ => Decision::Go,
    }
}

/// The address as it is counted: one of IPv4 as it is, one of IPv6 by its network of 64 bits, for whoever has one of
/// those addresses has all of them. Requests of unknown origin are counted together.
pub(super) fn address_prefix(address: Option<IpAddr>) -> String {
    match address.map(|address| address.to_canonical()) {
        None => "unknown".to_owned(),
        Some(IpAddr::V4(address)) => address.to_string(),
        Some(IpAddr::V6(address)) => {
            let network = address.to_bits() >> 64 << 64;
            format!("{}/64", std::net::Ipv6Addr::from_bits(network))
        }
    }
}

/// A counter that has not faded.
fn count(
    failures: Option<&Failures>,
    fades_after: Duration,
    now: DateTime<Utc>,
) -> Option<&Failures> {
    failures.filter(|failures| now - failures.last_at < fades_after)
}

/// How long a pair waits after so many failures.
fn wait_of_pair(failures: u32) -> Duration {
    let Some(doublings) = failures.checked_sub(FREE_TRIES) else { return Duration::zero() };
    // Beyond five doublings it is the longest wait anyway.
    (FIRST_WAIT * 2_i32.pow(doublings.min(5))).min(LONGEST_WAIT)
}

/// What is left of the wait of a counter that may go on at its limit's pace once it is past it.
fn paced(failures: &Failures, limit: u32, now: DateTime<Utc>) -> Duration {
    if failures.count <= limit {
        return Duration::zero();
    }
    let pace = i32::try_from(limit).map_or(LULL, |limit| LULL / limit);
    remaining(failures, pace, now)
}

/// What is left of a wait. Never more than the whole of it, should a clock have been set back.
fn remaining(failures: &Failures, wait: Duration, now: DateTime<Utc>) -> Duration {
    (wait - (now - failures.last_at)).min(wait)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noon() -> DateTime<Utc> {
        "2026-11-22T12:00:00Z".parse().unwrap()
    }

    /// So many failures, the last of them so many seconds before noon.
    fn failed(count: u32, seconds_ago: i64) -> Failures {
        Failures { count, last_at: noon() - Duration::seconds(seconds_ago) }
    }

    fn wait(seconds: i64) -> Decision {
        Decision::Wait(Duration::seconds(seconds))
    }

    #[test]
    fn a_pair_waits_after_five_failures_and_longer_with_each() {
        for (failures, decision) in [
            (0, Decision::Go),
            (4, Decision::Go),
            (5, wait(30)),
            (6, wait(60)),
            (7, wait(120)),
            (8, wait(240)),
            (9, wait(480)),
            (10, wait(900)),
            (11, wait(900)),
            (u32::MAX, wait(900)),
        ] {
            for known_here in [false, true] {
                let pair = failed(failures, 0);
                assert_eq!(
                    decide(Some(&pair), None, None, known_here, noon()),
                    decision,
                    "{failures}"
                );
            }
        }
    }

    #[test]
    fn a_wait_ends_and_failures_fade() {
        let after = |seconds_ago| decide(Some(&failed(20, seconds_ago)), None, None, false, noon());

        assert_eq!(after(899), wait(1));
        assert_eq!(after(900), Decision::Go);
        assert_eq!(after(24 * 3600), Decision::Go);
        assert_eq!(after(-3600), wait(900), "a clock that was set back makes no wait longer");
        assert_eq!(decide(None, None, None, false, noon()), Decision::Go);
    }

    #[test]
    fn an_address_that_tries_everybody_goes_on_at_its_pace() {
        let from = |count, seconds_ago| {
            decide(None, Some(&failed(count, seconds_ago)), None, false, noon())
        };

        assert_eq!(from(50, 0), Decision::Go);
        assert_eq!(from(51, 0), wait(72));
        assert_eq!(from(5000, 71), wait(1));
        assert_eq!(from(5000, 72), Decision::Go);
        assert_eq!(from(5000, 3600), Decision::Go);
    }

    #[test]
    fn a_colleague_behind_the_same_address_is_let_through_until_they_fail_themselves() {
        let from = failed(5000, 0);

        assert_eq!(decide(None, Some(&from), None, true, noon()), Decision::Go);
        assert_eq!(decide(Some(&failed(1, 5)), Some(&from), None, true, noon()), wait(72));
        assert_eq!(decide(Some(&failed(1, 90_000)), Some(&from), None, true, noon()), Decision::Go);
    }

    #[test]
    fn a_login_attacked_from_everywhere_stays_open_to_its_owner() {
        let login =
            |count, known_here| decide(None, None, Some(&failed(count, 0)), known_here, noon());

        assert_eq!(login(100, false), Decision::Go);
        assert_eq!(login(101, false), wait(36));
        assert_eq!(login(1_000_000, false), wait(36));
        assert_eq!(login(1_000_000, true), Decision::Go);
    }

    #[test]
    fn the_longest_wait_counts() {
        let (pair, from, login) = (failed(5, 0), failed(51, 0), failed(101, 0));
        assert_eq!(decide(Some(&pair), Some(&from), Some(&login), false, noon()), wait(72));
        let pair = failed(7, 0);
        assert_eq!(decide(Some(&pair), Some(&from), Some(&login), true, noon()), wait(120));
    }

    #[test]
    fn addresses_that_one_person_has_are_counted_together() {
        for (address, prefix) in [
            ("192.0.2.7", "192.0.2.7"),
            ("::ffff:192.0.2.7", "192.0.2.7"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
            ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
            ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
            ("::1", "::/64"),
        ] {
            assert_eq!(address_prefix(Some(address.parse().unwrap())), prefix);
        }
        assert_eq!(address_prefix(None), "unknown");
    }
}
