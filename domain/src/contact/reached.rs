//! A contact by what another service knows them by.

use super::{digits, merge::standing, of_number};
use crate::{Error, Result, Tenant, account};
use postern_types::ContactId;

/// Who was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reached {
    /// The one.
    One(ContactId),
    /// Several have that address, and none is guessed.
    Several,
    /// Nobody.
    Nobody,
}

/// Who has that number or, where nobody has it, that address; held until the transaction ends. A number without its country is
/// one of the workspace's own.
pub(crate) async fn reached(
    tenant: &mut Tenant,
    phone: Option<&str>,
    email: Option<&str>,
) -> Result<Reached> {
    if let Some(phone) = phone {
        let found = match digits(tenant, phone).await {
            Ok(digits) => of_number(tenant, &digits).await?,
            Err(Error::Invalid { .. }) => None,
            Err(error) => return Err(error),
        };
        if let Some(contact) = found {
            return Ok(Reached::One(standing(tenant, contact).await?));
        }
    }
    let Some(email) = email.and_then(account::sought) else {
        return Ok(Reached::Nobody);
    };
    let workspace = tenant.workspace();
    let found = sqlx::query_scalar!(
        r#"SELECT c.id AS "id: ContactId" FROM contact_term t
             JOIN contact c ON c.workspace_id = $1 AND c.id = t.contact_id
            WHERE t.workspace_id = $1 AND t.term = $2 AND lower(c.email) = $2 AND c.merged_into IS NULL
            ORDER BY c.id LIMIT 2"#,
        workspace.0,
        email,
    )
    .fetch_all(tenant.conn())
    .await?;
    Ok(match found[..] {
        [] => Reached::Nobody,
        [contact] => Reached::One(standing(tenant, contact).await?),
        _ => Reached::Several,
    })
}
