//! Meta's webhooks: proved, split by workspace, kept and applied; answered only when all of it is committed.

mod again;
mod body;
mod door;
mod field;
#[cfg(any(test, feature = "fuzz"))]
#[doc(hidden)]
pub mod fuzz;
mod intake;
mod news;
mod part;
pub(crate) mod raw;
mod split;

pub use again::{kept, reapply_between};
pub use door::{Door, exists, verify_handshake};
pub use intake::Intake;
pub use part::{Waiting, reapply, waiting};

use crate::{Env, Error, Result, payload, quarantine, signature};
use body::Body;
use door::Signer;
use intake::{Simple, Taken};
use part::Outcome;
use postern_types::{ChannelId, WorkspaceId};
use split::Split;
use uuid::Uuid;

/// What became of a body.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Receipt {
    /// Parts of which everything was understood. What is no message of a conversation, as news of accounts or a group's
    /// messages, is shown with the number's events.
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
/// read and nothing is kept. Any other error: Meta sends it again. What was applied in full is then a replay, and what was
/// applied in part goes on.
pub async fn receive(
    env: &Env,
    door: &Door,
    signature: Option<&str>,
    body: &[u8],
) -> Result<Receipt> {
    let proved = |secret: &[u8]| signature::holds(secret, signature, body);
    let signer = door::open(env, door, proved).await?;
    let text = payload::readable(body);
    let body = Body::read(&text, body);
    if let Some(simple) = Simple::read(&body, env.now()) {
        let (applied, replays) = match env.intake.take(env, signer.clone(), simple).await? {
            Taken::Applied => (1, 0),
            Taken::Replay => (0, 1),
            Taken::Not => (0, 0),
        };
        if applied + replays > 0 {
            return Ok(Receipt {
                applied,
                replays,
                ..Receipt::default()
            });
        }
    }
    let split = split::split(env, &signer, body).await?;
    let strangers = split.strangers();
    quarantine::keep(env, signer.channel(), &strangers).await?;
    apply(env, &split, strangers.len()).await
}

/// Gives a piece that was in quarantine to the workspaces that have its numbers and accounts by now; true when all of
/// it was given, and it is off the list. What a channel's own secret signed goes to that workspace's numbers under the
/// same secret alone; [`Error::Conflict`] when it names none of them. What was applied before changes nothing.
pub async fn release(env: &Env, id: Uuid) -> Result<(Receipt, bool)> {
    let (piece, signed_by) = quarantine::open(env, id).await?;
    if piece == quarantine::NOTHING {
        quarantine::discard(env, id).await?;
        return Ok((Receipt::default(), true));
    }
    let text = payload::readable(&piece);
    let body = Body::read(&text, &piece);
    let signer = match signed_by {
        None => Signer::Installation,
        Some(channel) => door::signer(env, channel, &body).await?.ok_or_else(|| {
            Error::conflict("A number's own app signed it, and it is about none of that app's.")
        })?,
    };
    let split = split::split(env, &signer, body).await?;
    let strangers = split.strangers().len();
    let receipt = apply(env, &split, strangers).await?;
    let whole = strangers == 0;
    if whole {
        quarantine::discard(env, id).await?;
    }
    Ok((receipt, whole))
}

/// What became of the pieces in quarantine.
#[derive(Debug, Default)]
pub struct Released {
    /// Pieces that were given away in full, and are off the list.
    pub whole: usize,
    /// Pieces of which something still belongs to nobody.
    pub left: usize,
    /// Pieces that could not be applied, and why.
    pub failed: Vec<(Uuid, Error)>,
}

/// Releases every piece that can be given away, of each signer the oldest first. One piece's trouble is not the others'.
pub async fn release_all(env: &Env) -> Result<Released> {
    let mut released = Released::default();
    for signer in quarantine::signers(env).await? {
        for piece in quarantine::list_of(env, signer).await?.into_iter().rev() {
            match release(env, piece.id).await {
                Ok((_, true)) => released.whole += 1,
                Ok((_, false)) | Err(Error::Conflict(_)) => released.left += 1,
                Err(Error::Unavailable) => return Err(Error::Unavailable),
                Err(error) => released.failed.push((piece.id, error)),
            }
        }
    }
    Ok(released)
}

/// Applies each part, in transactions of its own.
async fn apply(env: &Env, split: &Split<'_>, quarantined: usize) -> Result<Receipt> {
    let mut receipt = Receipt {
        quarantined,
        ..Receipt::default()
    };
    let mut failed = None;
    for goal in &split.goals {
        match part::receive(env, &split.part(goal)).await {
            Ok(Some(Outcome::Applied)) => receipt.applied += 1,
            Ok(Some(Outcome::Kept)) => receipt.kept += 1,
            Ok(None) => receipt.replays += 1,
            // One workspace's trouble is not the others': they are served now, and this one when Meta tries again.
            Err(error) => failed = Some(error),
        }
    }
    match failed {
        None => Ok(receipt),
        Some(error) => Err(error),
    }
}

#[cfg(test)]
mod tests;
