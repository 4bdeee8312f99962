//! Passwords that people choose, and secrets that the service makes.
//!
//! A password is guessable, so it is stored as an argon2id hash that is slow to try. A secret of ours has 256 bits of
//! chance in it: nobody tries those, so a plain SHA-256 of it is enough, and looking one up costs nothing.
//!
//! Passwords are brought into normal form NFKC before they are hashed or checked: the same characters, typed on another
//! keyboard or with a full-width input method, are the same password.

use std::{fmt::Write as _, sync::LazyLock, thread};

use argon2::{
    Algorithm, Argon2, Params, PasswordHash, PasswordHasher as _, PasswordVerifier as _, Version,
    password_hash,
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use tokio::{sync::Semaphore, task};
use unicode_normalization::UnicodeNormalization as _;

use crate::{
    error::{Error, Result},
    language::Text,
};

/// Memory of one hash, in KiB: 19 MiB, with [`ROUNDS`] and [`LANES`] the first configuration that OWASP names for
/// argon2id (OWASP Cheat Sheet Series, "Password Storage").
const MEMORY_KIB: u32 = 19 * 1024;
/// Passes over that memory.
const ROUNDS: u32 = 2;
/// Lanes that could be filled in parallel.
const LANES: u32 = 1;

/// Hashes computed at the same time, at most: each takes a core and the memory above, and sign-in must not starve the
/// rest of the service of either.
const MAX_AT_ONCE: usize = 4;

/// The fewest characters of a password. NIST SP 800-63B-4, section 3.1.1.2, asks for 15 where a password is all there
/// is and for 8 beside a second factor; 12, a list of what is tried first, and slowed-down guessing stand between.
const MIN_CHARACTERS: usize = 12;
/// The most bytes of a password: enough for 85 Chinese characters, and too few to keep the service busy with.
const MAX_BYTES: usize = 256;
/// A password that holds the login must hold this many characters besides.
const MIN_BESIDES_LOGIN: usize = 6;

/// The hash of a password that nobody knows, made with the parameters above. A sign-in to an account that does not
/// exist is checked against it, and takes as long as any other.
const NOBODYS: &str = "$argon2id$v=19$m=19456,t=2,p=1$fOS0Thz8CQ78pBsdaw587g\
    $8DrSMSHS0pMSXuY3k/jPzWq7KpFdLpxP6jjdhmXVR4A";

/// Bounds the hashing of the whole process.
static PERMITS: LazyLock<Semaphore> = LazyLock::new(|| {
    let cores = thread::available_parallelism().map_or(1, std::num::NonZero::get);
    Semaphore::new(cores.min(MAX_AT_ONCE))
});

/// The hash of a password, as a PHC string that names its own parameters.
pub(super) async fn hash(password: &str) -> Result<String> {
    let normal = normal_form(password);
    let hashed = aside(move || hasher()?.hash_password(normal.as_bytes())).await?;
    hashed.map(|hash| hash.to_string()).map_err(Error::internal)
}

/// Whether this is the password of this hash. Without a hash (no such account, or one without a password) the answer is
/// no, and takes as long as if there were one.
pub(super) async fn verify(password: &str, hash: Option<&str>) -> Result<bool> {
    // Asked of every password before it is known whether there is an account, so it tells nothing.
    if password.len() > MAX_BYTES {
        return Ok(false);
    }
    let known = hash.is_some();
    let parsed = PasswordHash::new(hash.unwrap_or(NOBODYS)).map_err(Error::internal)?;
    let normal = normal_form(password);
    match aside(move || hasher()?.verify_password(normal.as_bytes(), &parsed)).await? {
        Ok(()) => Ok(known),
        Err(password_hash::Error::PasswordInvalid) => Ok(false),
        Err(fault) => Err(Error::internal(fault)),
    }
}

/// Refuses a new password that would be guessed. Length counts, not kinds of characters, and any script is welcome
/// (NIST SP 800-63B-4, section 3.1.1.2); what is tried first, and what follows from the login, is no password.
pub(super) fn check_strength(password: &str, login: &str) -> Result<()> {
    if password.len() > MAX_BYTES {
        return Err(refused(
            "is longer than 256 bytes. Choose a shorter one.",
            "长度超过 256 字节，请缩短。",
        ));
    }
    let folded = normal_form(password).to_lowercase();
    if normal_form(password).chars().count() < MIN_CHARACTERS {
        return Err(refused(
            "has fewer than 12 characters. Choose a longer one: a sentence that only you know is fine, in any language.",
            "少于 12 个字符。请加长，例如用一句只有您自己知道的话，中文亦可。",
        ));
    }
    if holds_little_but(&normal_form(login).to_lowercase(), &folded) {
        return Err(refused(
            "is little more than the login. Choose one that has nothing to do with it.",
            "与登录名过于接近，请另选与登录名无关的密码。",
        ));
    }
    if repeats(&folded) || is_sequence(&folded) || is_common(&folded) {
        return Err(refused(
            "is among those that are tried first: a common word with figures around it, a repetition or a sequence. Choose another.",
            "属于最先被猜到的一类：常用词加数字、重复或连续字符。请另选。",
        ));
    }
    Ok(())
}

/// A password for an account of the demonstration: 20 characters out of 32, so 100 bits, in groups that can be read
/// aloud, without the signs that are mistaken for each other (0 and o, 1 and l).
pub fn random_password() -> String {
    const SIGNS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let chance: [u8; 20] = rand::random();
    // 32 divides 256, so every sign is as likely as any other.
    let signs = chance.map(|byte| char::from(SIGNS[usize::from(byte % 32)]));
    signs.chunks(5).map(String::from_iter).collect::<Vec<_>>().join("-")
}

/// What a secret of the service is for. It begins with a sign of it, so that a secret that got into a log or a
/// repository is found by a scanner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SecretKind {
    /// The secret of a machine client.
    Client,
    /// A refresh token.
    Refresh,
}

impl SecretKind {
    /// How secrets of this kind begin.
    fn prefix(self) -> &'static str {
        match self {
            Self::Client => "zjs_",
            Self::Refresh => "zjr_",
        }
    }
}

/// A new secret: 256 bits of chance behind the prefix of its kind.
pub(super) fn random_secret(kind: SecretKind) -> String {
    let chance: [u8; 32] = rand::random();
    format!("{}{}", kind.prefix(), URL_SAFE_NO_PAD.encode(chance))
}

/// What is stored of a secret: its SHA-256 in hexadecimal. Not argon2, for there is nothing to slow down: a guess at
/// 256 bits never hits, and a secret comes with every request of a client.
pub(super) fn digest(secret: &str) -> String {
    Sha256::digest(secret).iter().fold(String::with_capacity(64), |mut hex, byte| {
        // Writing to a string never fails.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// Whether this secret has this digest, compared in a time that does not tell how much of it is right.
pub(super) fn has_digest(secret: &str, stored: &str) -> bool {
    digest(secret).as_bytes().ct_eq(stored.as_bytes()).into()
}

/// Runs something slow beside the threads that serve, as soon as one of the few places is free.
async fn aside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    let permit = PERMITS.acquire().await.map_err(Error::internal)?;
    let done = task::spawn_blocking(move || {
        // Held by the work itself: a caller that goes away does not stop it, and must not free its place either.
        let _permit = permit;
        work()
    });
    Ok(done.await?)
}

fn hasher() -> password_hash::Result<Argon2<'static>> {
    let params = Params::new(MEMORY_KIB, ROUNDS, LANES, None)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// One way of writing for what looks the same (NIST SP 800-63B-4 names NFKC for this).
fn normal_form(text: &str) -> String {
    text.nfkc().collect()
}

fn refused(en: &'static str, zh: &'static str) -> Error {
    Error::invalid("password", Text::new(en, zh))
}

/// Whether a password without the login in it, or without the login's part before the `@`, is next to nothing.
fn holds_little_but(login: &str, password: &str) -> bool {
    let name = login.split('@').next().unwrap_or_default();
    [login, name].into_iter().any(|part| {
        let besides = password.replace(part, "");
        part.chars().count() >= 3
            && besides.len() < password.len()
            && besides.chars().count() < MIN_BESIDES_LOGIN
    })
}

/// Whether a short piece is said again and again: `aaaaaaaaaaaa`, `123123123123`.
fn repeats(password: &str) -> bool {
    let signs: Vec<char> = password.chars().collect();
    (1..=signs.len() / 2)
        .take_while(|&period| period <= 6)
        .any(|period| signs.iter().zip(&signs[period..]).all(|(one, next)| one == next))
}

/// Whether nearly every sign follows from the one before, as in `123456789012`, `abcdefghijkl` and `111222333444`.
fn is_sequence(password: &str) -> bool {
    let signs: Vec<u32> = password.chars().map(u32::from).collect();
    let follows = |pair: &[u32]| pair[0].abs_diff(pair[1]) <= 1 || pair == [0x39, 0x30];
    let breaks = signs.windows(2).filter(|pair| !follows(pair)).count();
    breaks * 6 <= signs.len()
}

/// Whether a common word, or several of them, is all there is between figures and signs.
fn is_common(password: &str) -> bool {
    let core = password.trim_matches(|sign: char| !sign.is_alphabetic());
    // The figures between two words are left out too: `admin123password`.
    let letters: String = core.chars().filter(|sign| sign.is_alphabetic()).collect();
    common_words().any(|word| word == core)
        || !letters.is_empty() && is_made_of_common_words(&letters)
}

/// Whether a text is nothing but a few common words, one after the other. Many of them are a sentence, and fine.
fn is_made_of_common_words(text: &str) -> bool {
    const FEW: usize = 3;
    // The fewest words that fill the text up to each byte. A table and no search: the ways to cut `qweasdzxc` again
    // and again are more than anyone could try.
    let mut fewest = vec![usize::MAX; text.len() + 1];
    fewest[0] = 0;
    for from in 0..text.len() {
        if fewest[from] < FEW {
            for word in common_words().filter(|word| text[from..].starts_with(word)) {
                let to = from + word.len();
                fewest[to] = fewest[to].min(fewest[from] + 1);
            }
        }
    }
    fewest[text.len()] <= FEW
}

fn common_words() -> impl Iterator<Item = &'static str> {
    COMMON.split_whitespace()
}

/// Words that passwords are commonly made of: the head of every list of leaked passwords, runs along a keyboard (as
/// they stand when the figures around them are taken off), what is common in China, and the names of this service.
/// Short on purpose: at twelve characters the long lists hold little else.
const COMMON: &str = "
    password passwort passwd p@ssword p@ssw0rd passw0rd p@$$w0rd pass qwerty qwertyuiop qwert asdfghjkl asdfgh
    asdf zxcvbnm zxcvbn zxcv qweasdzxc qweasd qwe asd zxc qazwsxedc qazwsx qaz wsx edc q2w3e4r q2w3e4r5t
    q2w3e4r5t6y qaz2wsx qaz2wsx3edc zaq12wsx a1b2c3d a1b2c3d4e5f admin administrator root test guest user login
    default changeme change secret welcome letmein master iloveyou love you sunshine princess monkey dragon
    football baseball superman batman hello world abc abcd china shanghai beijing woaini woaiwojia aini nihao
    mima zhanjian gongzuozhan station me my is the and 密码 我爱你 我的 是 你好 上海 中国 北京 站间 工作站 管理员 测试
";

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_is_known_again_and_no_other_is() {
        let stored = hash("一句只有自己知道的话 42").await.unwrap();

        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
        assert!(verify("一句只有自己知道的话 42", Some(&stored)).await.unwrap());
        assert!(verify("一句只有自己知道的话　４２", Some(&stored)).await.unwrap(), "full width");
        assert!(!verify("一句只有自己知道的话 43", Some(&stored)).await.unwrap());
        assert!(!verify("", Some(&stored)).await.unwrap());
        assert!(!verify(&"a".repeat(MAX_BYTES + 1), Some(&stored)).await.unwrap());
        assert_ne!(hash("the same twice").await.unwrap(), hash("the same twice").await.unwrap());
    }

    #[tokio::test]
    async fn nobodys_hash_costs_what_any_costs_and_opens_nothing() {
        assert!(
            NOBODYS.starts_with(&format!("$argon2id$v=19$m={MEMORY_KIB},t={ROUNDS},p={LANES}$"))
        );
        assert!(!verify("zhanjian-nobody", None).await.unwrap());
        assert!(verify("anything", Some("not a hash")).await.is_err());
    }

    #[test]
    fn length_counts_in_characters_of_any_script() {
        for fine in [
            "correct horse battery",
            "the monkey is my princess",
            "注册指导站的老银杏树又黄了",
            "k7m2p-9xw4n-ab",
            "tr0ub4dor&3x",
        ] {
            assert!(check_strength(fine, "示例.王").is_ok(), "{fine}");
        }
        for short in ["", "elevenchars", "银杏树又黄了"] {
            assert!(check_strength(short, "wang").is_err(), "{short}");
        }
        assert!(check_strength(&"银杏又黄".repeat(22), "wang").is_err(), "264 bytes");
    }

    #[test]
    fn what_is_tried_first_is_refused() {
        for common in [
            "password1234",
            "Password2024!",
            "P@ssw0rd1234",
            "admin@123456",
            "qwerty123456",
            "1qaz2wsx3edc",
            "1q2w3e4r5t6y",
            "aaaaaaaaaaaa",
            "123123123123",
            "123456789012",
            "abcdefghijkl",
            "111222333444",
            "woaini1314520",
            "iloveyou2024!",
            "Zhanjian2026",
            "admin123password",
            "管理员密码1234567",
            "ＰＡＳＳＷＯＲＤ1234",
        ] {
            assert!(check_strength(common, "someone").is_err(), "{common}");
        }
    }

    #[test]
    fn the_login_is_no_password() {
        for near in ["Wang.Fang.Lab", "wang.fang.lab2024", "2024wang.fang.lab!"] {
            assert!(check_strength(near, "wang.fang.lab").is_err(), "{near}");
            assert!(check_strength(near, "wang.fang.lab@example.cn").is_err(), "{near}");
        }
        assert!(check_strength("wang.fang.lab grows ginkgo", "wang.fang.lab").is_ok());
        assert!(check_strength("a gingko by the lake", "a").is_ok(), "a login of one letter");
    }

    #[test]
    fn made_passwords_are_readable_and_pass_our_own_rules() {
        let made = random_password();

        assert_eq!(made.split('-').map(str::len).collect::<Vec<_>>(), [5, 5, 5, 5]);
        assert!(!made.contains(['0', 'o', '1', 'l']), "{made}");
        assert!(check_strength(&made, "demo").is_ok(), "{made}");
        assert_ne!(made, random_password());
    }

    #[test]
    fn a_secret_is_known_by_its_digest_alone() {
        let secret = random_secret(SecretKind::Client);
        let stored = digest(&secret);

        assert!(secret.starts_with("zjs_") && secret.len() == 4 + 43, "{secret}");
        assert!(random_secret(SecretKind::Refresh).starts_with("zjr_"));
        assert!(has_digest(&secret, &stored));
        assert!(!has_digest(&random_secret(SecretKind::Client), &stored));
        assert!(!has_digest(&secret, &stored[1..]));
        // The example of one block in FIPS 180-4's published test values.
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(digest("abc"), abc);
    }
}
