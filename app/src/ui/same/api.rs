//! Contacts, as server functions.

use crate::{
    error::ApiError,
    session::{Api, ApiClient},
};
use leptos::prelude::*;
use postern_types::{ContactBrief, ContactId, ConversationId, MergeId, PersonView};

/// The contact of a conversation, in full.
#[server(client = ApiClient, prefix = "/api", endpoint = "contact/person", protocol = Api)]
pub async fn person(id: ConversationId) -> Result<PersonView, ApiError> {
    let mut tenant = crate::ssr::member(postern_types::Role::Agent).await?;
    let person = postern_domain::contact::person(&crate::ssr::env(), &mut tenant, id).await?;
    tenant.commit().await?;
    Ok(person)
}

/// Contacts by name, username or number.
#[server(client = ApiClient, prefix = "/api", endpoint = "contact/find", protocol = Api)]
pub async fn find(search: String) -> Result<Vec<ContactBrief>, ApiError> {
    let mut tenant = crate::ssr::member(postern_types::Role::Agent).await?;
    let found = postern_domain::contact::find(&mut tenant, &search).await?;
    tenant.commit().await?;
    Ok(found)
}

/// Calls a contact something else; with nothing, what they call themselves.
#[server(client = ApiClient, prefix = "/api", endpoint = "contact/rename", protocol = Api)]
pub async fn rename(id: ContactId, name: String) -> Result<(), ApiError> {
    let mut tenant = crate::ssr::member(postern_types::Role::Agent).await?;
    postern_domain::contact::rename(&crate::ssr::env(), &mut tenant, id, &name).await?;
    tenant.commit().await?;
    Ok(())
}

/// Makes a contact a part of another one.
#[server(client = ApiClient, prefix = "/api", endpoint = "contact/merge", protocol = Api)]
pub async fn merge(kept: ContactId, gone: ContactId) -> Result<MergeId, ApiError> {
    let mut tenant = crate::ssr::member(postern_types::Role::Agent).await?;
    let id = postern_domain::contact::merge(&crate::ssr::env(), &mut tenant, kept, gone).await?;
    tenant.commit().await?;
    Ok(id)
}

/// Parts two contacts again.
#[server(client = ApiClient, prefix = "/api", endpoint = "contact/undo", protocol = Api)]
pub async fn undo(id: MergeId) -> Result<(), ApiError> {
    let mut tenant = crate::ssr::member(postern_types::Role::Agent).await?;
    postern_domain::contact::undo(&crate::ssr::env(), &mut tenant, id).await?;
    tenant.commit().await?;
    Ok(())
}

/// Says that two contacts are two people.
#[server(client = ApiClient, prefix = "/api", endpoint = "contact/dismiss", protocol = Api)]
pub async fn dismiss(one: ContactId, other: ContactId) -> Result<(), ApiError> {
    let mut tenant = crate::ssr::member(postern_types::Role::Agent).await?;
    postern_domain::contact::dismiss(&crate::ssr::env(), &mut tenant, one, other).await?;
    tenant.commit().await?;
    Ok(())
}
