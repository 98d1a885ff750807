//! Meta's webhooks: proved, split by workspace, kept and applied; answered only when all of it is committed.

mod door;
mod part;
mod split;

pub use door::{Door, verify_handshake};
pub use part::{kept, reapply};

use crate::{Env, Error, Result, payload, quarantine, signature};
use door::Signer;
use part::Outcome;
use postern_types::{ChannelId, WorkspaceId};
use secrecy::ExposeSecret as _;
use split::Split;
use uuid::Uuid;

/// What became of a body.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Receipt {
    /// Parts that were applied in full. What is known and only kept, as news of accounts, counts as applied.
    pub applied: usize,
    /// Parts in which something was not understood; they are sealed, and can be applied again.
    pub kept: usize,
    /// Parts that came before, and changed nothing.
    pub replays: usize,
    /// Pieces that the signer does not speak for, that nobody has, or that are not JSON.
    pub quarantined: usize,
}

/// The piece of a body that belongs to one workspace.
struct Part {
    workspace: WorkspaceId,
    /// One of its channels that the signer speaks for.
    channel: ChannelId,
    /// An envelope of its own, cut from the body byte for byte.
    body: Vec<u8>,
}

/// Takes a webhook's body as it came. `Ok` means that every part of it is committed.
///
/// [`Error::NotFound`] for a door that is not there, [`Error::Unauthorized`] for a wrong signature: then nothing was
/// read and nothing is kept. Any other error: Meta sends it again, and what was committed already is then a replay.
pub async fn receive(
    env: &Env,
    door: &Door,
    signature: Option<&str>,
    body: &[u8],
) -> Result<Receipt> {
    let (signer, secret) = door::open(env, door).await?;
    if !signature::holds(secret.expose_secret().as_bytes(), signature, body) {
        return Err(Error::Unauthorized);
    }
    let text = payload::readable(body);
    let split = split::split(env, &signer, &text, body).await?;
    quarantine::keep(env, signer.channel(), &split.strangers).await?;
    apply(env, &signer, &split, body).await
}

/// Gives a piece that was in quarantine to the workspaces that have its numbers and accounts by now; true when all of
/// it was given, and it is off the list. Only for what the installation's secret signed: a channel's own speaks for that
/// channel alone, whatever is connected later ([`Error::Conflict`]). What was applied before changes nothing.
pub async fn release(env: &Env, id: Uuid) -> Result<(Receipt, bool)> {
    let (piece, signed_by) = quarantine::open(env, id).await?;
    if signed_by.is_some() {
        return Err(Error::conflict(
            "A number's own app signed it, and speaks for that number alone.",
        ));
    }
    let text = payload::readable(&piece);
    let split = split::split(env, &Signer::Installation, &text, &piece).await?;
    let receipt = apply(env, &Signer::Installation, &split, &piece).await?;
    let whole = split.strangers.is_empty();
    if whole {
        quarantine::release(env, id).await?;
    }
    Ok((receipt, whole))
}

/// Applies each part of `body`, in a transaction of its own.
async fn apply(env: &Env, signer: &Signer, split: &Split, body: &[u8]) -> Result<Receipt> {
    let digest = digest(env, signer, body);
    let mut receipt = Receipt {
        quarantined: split.strangers.len(),
        ..Receipt::default()
    };
    let mut failed = None;
    for part in &split.parts {
        match part::receive(env, part, &digest).await {
            Ok(Outcome::Applied) => receipt.applied += 1,
            Ok(Outcome::Kept) => receipt.kept += 1,
            Ok(Outcome::Replay) => receipt.replays += 1,
            // One workspace's trouble is not the others': they are served now, and this one when Meta tries again.
            Err(error) => failed = Some(error),
        }
    }
    match failed {
        None => Ok(receipt),
        Some(error) => Err(error),
    }
}

/// By what a body is known again. The signer belongs to it: another one speaks for other numbers in the same bytes.
fn digest(env: &Env, signer: &Signer, body: &[u8]) -> [u8; 32] {
    let channel = signer.channel().map(|channel| channel.0);
    let signer = channel.as_ref().map_or(&[][..], |id| &id.as_bytes()[..]);
    env.keys.digest("webhook_part", &[signer, body])
}

#[cfg(test)]
mod tests;
