//! The envelope: Argon2id makes a key of the passphrase, XChaCha20-Poly1305 seals the content under it.
//!
//! ```text
//! "headroom archive 1\n"   memory (KiB), passes, lanes: u32 little-endian each   salt 16   check 32   nonce 24   sealed
//! ```
//!
//! Everything before the sealed part is authenticated with it. `check` is the hash of a second key made with the
//! first: it tells a wrong passphrase from a damaged file, and an attacker nothing that trying to open would not.

use argon2::{Algorithm, Argon2, Params, Version};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use domain::policy::words::Spoken;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// How every archive begins.
pub const MAGIC: &[u8] = b"headroom archive 1\n";
/// How archives of every version begin.
const ANY_VERSION: &[u8] = b"headroom archive ";

/// RFC 9106, second recommended choice: 64 MiB, three passes. About half a second.
const COST: Cost = Cost { memory: 64 * 1024, passes: 3, lanes: 4 };
/// More than this nobody asks for in earnest: a file must not make the program eat all memory or time.
const MOST: Cost = Cost { memory: 1024 * 1024, passes: 16, lanes: 16 };

const SALT: usize = 16;
const CHECK: usize = 32;
const NONCE: usize = 24;
const HEAD: usize = MAGIC.len() + 12 + SALT + CHECK + NONCE;

/// Why an archive does not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unopened {
    /// It is no archive.
    #[error("this is no archive of Headroom")]
    NoArchive,
    /// A later version wrote it.
    #[error("this archive was written by a newer version of Headroom; update Headroom first")]
    Newer,
    /// The passphrase is another one.
    #[error("the passphrase is wrong")]
    WrongPassphrase,
    /// The passphrase is right, the content is not what was sealed.
    #[error("the archive is damaged or was changed; use another copy of it")]
    Damaged,
    /// The system has no random numbers, or no memory for the key.
    #[error("the key cannot be made of the passphrase here; free some memory and try again")]
    NoKey,
}

impl Spoken for Unopened {
    fn in_chinese(&self) -> String {
        match self {
            Self::NoArchive => "这不是 Headroom 的归档",
            Self::Newer => "此归档由更新版本的 Headroom 写入；请先更新 Headroom",
            Self::WrongPassphrase => "口令不正确",
            Self::Damaged => "归档已损坏或被改动；请使用另一份副本",
            Self::NoKey => "无法在此由口令生成密钥；请释放一些内存后重试",
        }
        .to_owned()
    }
}

#[derive(Clone, Copy)]
struct Cost {
    memory: u32,
    passes: u32,
    lanes: u32,
}

/// Whether a file begins like an archive, of whatever version.
#[must_use]
pub fn is_archive(head: &[u8]) -> bool {
    head.starts_with(ANY_VERSION)
}

/// Seals `content`. Takes the time and memory that make guessing dear: not for a thread that others wait for.
///
/// # Errors
/// [`Unopened::NoKey`].
pub fn seal(content: &[u8], passphrase: &SecretString) -> Result<Vec<u8>, Unopened> {
    let mut head = Vec::with_capacity(HEAD + content.len() + 16);
    head.extend_from_slice(MAGIC);
    for number in [COST.memory, COST.passes, COST.lanes] {
        head.extend_from_slice(&number.to_le_bytes());
    }
    let salt: [u8; SALT] = rand::random();
    head.extend_from_slice(&salt);
    let (key, check) = keys(passphrase, &salt, COST)?;
    head.extend_from_slice(&check);
    let nonce: [u8; NONCE] = rand::random();
    head.extend_from_slice(&nonce);
    let payload = Payload { msg: content, aad: &head };
    let sealed = cipher(&key).encrypt(&XNonce::from(nonce), payload).map_err(|_| Unopened::NoKey)?;
    head.extend_from_slice(&sealed);
    Ok(head)
}

/// Opens an archive; as costly as [`seal`].
///
/// # Errors
/// [`Unopened`], which tells a wrong passphrase from a damaged file.
pub fn open(archive: &[u8], passphrase: &SecretString) -> Result<Zeroizing<Vec<u8>>, Unopened> {
    if !archive.starts_with(MAGIC) {
        return Err(if is_archive(archive) { Unopened::Newer } else { Unopened::NoArchive });
    }
    let (head, sealed) = archive.split_at_checked(HEAD).ok_or(Unopened::Damaged)?;
    let mut rest = &head[MAGIC.len()..];
    let cost = Cost { memory: number(&mut rest), passes: number(&mut rest), lanes: number(&mut rest) };
    if cost.memory > MOST.memory || cost.passes > MOST.passes || cost.lanes > MOST.lanes {
        return Err(Unopened::Damaged);
    }
    let (salt, rest) = rest.split_at(SALT);
    let (check, nonce) = rest.split_at(CHECK);
    let (key, expected) = keys(passphrase, salt, cost)?;
    if !bool::from(expected.ct_eq(check)) {
        return Err(Unopened::WrongPassphrase);
    }
    let nonce = XNonce::try_from(nonce).map_err(|_| Unopened::Damaged)?;
    let opened = cipher(&key).decrypt(&nonce, Payload { msg: sealed, aad: head });
    opened.map(Zeroizing::new).map_err(|_| Unopened::Damaged)
}

fn number(rest: &mut &[u8]) -> u32 {
    let (bytes, after) = rest.split_at(4);
    *rest = after;
    bytes.iter().rev().fold(0, |number, byte| number << 8 | u32::from(*byte))
}

type Key = Zeroizing<[u8; 32]>;

/// The key, and the hash of the second one.
fn keys(passphrase: &SecretString, salt: &[u8], cost: Cost) -> Result<(Key, [u8; CHECK]), Unopened> {
    let params =
        Params::new(cost.memory, cost.passes, cost.lanes, Some(64)).map_err(|_| Unopened::Damaged)?;
    let mut made = Zeroizing::new([0; 64]);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(passphrase.expose_secret().as_bytes(), salt, made.as_mut_slice())
        .map_err(|_| Unopened::NoKey)?;
    let mut key = Key::default();
    key.copy_from_slice(&made[..32]);
    Ok((key, Sha256::digest(&made[32..]).into()))
}

fn cipher(key: &Key) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new((&**key).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONTENT: &[u8] = b"1//FAKE_CANARY in the content";

    fn words(text: &str) -> SecretString {
        SecretString::from(text)
    }

    #[test]
    fn what_was_sealed_opens_with_its_passphrase_and_no_other() {
        let archive = seal(CONTENT, &words("correct horse")).unwrap();
        assert!(is_archive(&archive));
        assert!(!archive.windows(11).any(|bytes| bytes == b"FAKE_CANARY"));
        assert_eq!(open(&archive, &words("correct horse")).unwrap().as_slice(), CONTENT);
        assert_eq!(open(&archive, &words("correct house")), Err(Unopened::WrongPassphrase));
        assert_eq!(open(&archive, &words("")), Err(Unopened::WrongPassphrase));
        assert_ne!(
            archive,
            seal(CONTENT, &words("correct horse")).unwrap(),
            "salt and nonce are new each time"
        );
    }

    #[test]
    fn a_changed_byte_is_found_wherever_it_is() {
        let archive = seal(CONTENT, &words("correct horse")).unwrap();
        let salt = MAGIC.len() + 12;
        for (at, expected) in [
            (0, Unopened::NoArchive),
            (MAGIC.len() - 2, Unopened::Newer),
            (MAGIC.len() + 3, Unopened::Damaged),
            (salt, Unopened::WrongPassphrase),
            (salt + SALT, Unopened::WrongPassphrase),
            (HEAD - 1, Unopened::Damaged),
            (HEAD, Unopened::Damaged),
            (archive.len() - 1, Unopened::Damaged),
        ] {
            let mut changed = archive.clone();
            changed[at] ^= 0x40;
            assert_eq!(open(&changed, &words("correct horse")), Err(expected), "byte {at}");
        }
        for length in [0, 5, MAGIC.len(), HEAD - 1, HEAD, archive.len() - 1] {
            assert!(open(&archive[..length], &words("correct horse")).is_err(), "cut at {length}");
        }
    }

    #[test]
    fn a_file_that_asks_for_all_memory_is_refused_at_once() {
        let mut archive = MAGIC.to_vec();
        for number in [u32::MAX, u32::MAX, 1] {
            archive.extend_from_slice(&number.to_le_bytes());
        }
        archive.extend_from_slice(&[0; HEAD]);
        assert_eq!(open(&archive, &words("x")), Err(Unopened::Damaged));
    }
}
