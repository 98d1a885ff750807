//! Contacts, their labels, fields and notes, as server functions. Who works here may do most of it; what there is to choose
//! from is a manager's.

use crate::{
    error::ApiError,
    session::{Api, ApiClient},
};
use leptos::prelude::*;
use postern_types::{
    BookPage, BookRequest, ContactForm, ContactId, ContactPage, FieldId, FieldKind, FieldView,
    LabelId, NoteId, NotePage, Timeline,
};

/// A page of the book.
#[server(client = ApiClient, prefix = "/api", endpoint = "contacts/list", protocol = Api)]
pub async fn list(request: BookRequest) -> Result<BookPage, ApiError> {
    let mut tenant = crate::ssr::member(postern_types::Right::Contacts.role()).await?;
    let page = postern_domain::contact::book(&mut tenant, &request).await?;
    tenant.commit().await?;
    Ok(page)
}

/// Adds a contact.
#[server(client = ApiClient, prefix = "/api", endpoint = "contacts/create", protocol = Api)]
pub async fn create(form: ContactForm) -> Result<ContactId, ApiError> {
    let mut tenant = crate::ssr::member(postern_types::Right::Contacts.role()).await?;
    let id = postern_domain::contact::create(&crate::ssr::env(), &mut tenant, &form).await?;
    tenant.commit().await?;
    Ok(id)
}

/// All of a contact.
#[server(client = ApiClient, prefix = "/api", endpoint = "contacts/read", protocol = Api)]
pub async fn read(id: ContactId) -> Result<ContactPage, ApiError> {
    let mut tenant = crate::ssr::member(postern_types::Right::Contacts.role()).await?;
    let page = postern_domain::contact::whole(&crate::ssr::env(), &mut tenant, id).await?;
    tenant.commit().await?;
    Ok(page)
}

/// Makes a contact what the form says.
#[server(client = ApiClient, prefix = "/api", endpoint = "contacts/edit", protocol = Api)]
pub async fn edit(id: ContactId, form: ContactForm) -> Result<(), ApiError> {
    let mut tenant = crate::ssr::member(postern_types::Right::Contacts.role()).await?;
    postern_domain::contact::edit(&crate::ssr::env(), &mut tenant, id, &form).await?;
    tenant.commit().await?;
    Ok(())
}

/// Puts a label on a contact, or takes it off.
#[server(client = ApiClient, prefix = "/api", endpoint = "contacts/label", protocol = Api)]
pub async fn wear(contact: ContactId, label: LabelId, on: bool) -> Result<(), ApiError> {
    let mut tenant = crate::ssr::member(postern_types::Right::Contacts.role()).await?;
    postern_domain::contact::label::wear(&crate::ssr::env(), &mut tenant, contact, label, on)
        .await?;
    tenant.commit().await?;
    Ok(())
}

/// A page of what was noted of a contact.
#[server(client = ApiClient, prefix = "/api", endpoint = "contacts/notes", protocol = Api)]
pub async fn notes(contact: ContactId, after: Option<String>) -> Result<NotePage, ApiError> {
    let mut tenant = crate::ssr::member(postern_types::Right::Contacts.role()).await?;
    let page = postern_domain::contact::note::page(&mut tenant, contact, after.as_deref()).await?;
    tenant.commit().await?;
    Ok(page)
}

/// Notes something of a contact.
#[server(client = ApiClient, prefix = "/api", endpoint = "contacts/note", protocol = Api)]
pub async fn note(contact: ContactId, body: String) -> Result<NoteId, ApiError> {
    let mut tenant = crate::ssr::member(postern_types::Right::Contacts.role()).await?;
    let id =
        postern_domain::contact::note::add(&crate::ssr::env(), &mut tenant, contact, &body).await?;
    tenant.commit().await?;
    Ok(id)
}

/// Writes a note of one's own anew.
#[server(client = ApiClient, prefix = "/api", endpoint = "contacts/change-note", protocol = Api)]
pub async fn change_note(id: NoteId, body: String) -> Result<(), ApiError> {
    let mut tenant = crate::ssr::member(postern_types::Right::Contacts.role()).await?;
    postern_domain::contact::note::change(&crate::ssr::env(), &mut tenant, id, &body).await?;
    tenant.commit().await?;
    Ok(())
}

/// Deletes a note.
#[server(client = ApiClient, prefix = "/api", endpoint = "contacts/delete-note", protocol = Api)]
pub async fn delete_note(id: NoteId) -> Result<(), ApiError> {
    let mut tenant = crate::ssr::member(postern_types::Right::Contacts.role()).await?;
    postern_domain::contact::note::delete(&crate::ssr::env(), &mut tenant, id).await?;
    tenant.commit().await?;
    Ok(())
}

/// A page of what happened with a contact.
#[server(client = ApiClient, prefix = "/api", endpoint = "contacts/timeline", protocol = Api)]
pub async fn story(contact: ContactId, after: Option<String>) -> Result<Timeline, ApiError> {
    let mut tenant = crate::ssr::member(postern_types::Right::Contacts.role()).await?;
    let page = postern_domain::contact::timeline(&mut tenant, contact, after.as_deref()).await?;
    tenant.commit().await?;
    Ok(page)
}

/// Which fields contacts have.
#[server(client = ApiClient, prefix = "/api", endpoint = "contacts/fields", protocol = Api)]
pub async fn fields() -> Result<Vec<FieldView>, ApiError> {
    let mut tenant = crate::ssr::member(postern_types::Right::Contacts.role()).await?;
    let fields = postern_domain::contact::field::all(&mut tenant).await?;
    tenant.commit().await?;
    Ok(fields)
}

/// Puts something into a contact's field.
#[server(client = ApiClient, prefix = "/api", endpoint = "contacts/set-field", protocol = Api)]
pub async fn set_field(contact: ContactId, field: FieldId, value: String) -> Result<(), ApiError> {
    let mut tenant = crate::ssr::member(postern_types::Right::Contacts.role()).await?;
    postern_domain::contact::field::set(&crate::ssr::env(), &mut tenant, contact, field, &value)
        .await?;
    tenant.commit().await?;
    Ok(())
}

/// Makes a label.
#[server(client = ApiClient, prefix = "/api", endpoint = "labels/create", protocol = Api)]
pub async fn make_label(name: String, tone: u8) -> Result<LabelId, ApiError> {
    let mut tenant = crate::ssr::member(postern_types::Right::Contacts.role()).await?;
    let id =
        postern_domain::contact::label::make(&crate::ssr::env(), &mut tenant, &name, tone).await?;
    tenant.commit().await?;
    Ok(id)
}

/// Calls a label otherwise, or gives it another colour.
#[server(client = ApiClient, prefix = "/api", endpoint = "labels/change", protocol = Api)]
pub async fn change_label(id: LabelId, name: String, tone: u8) -> Result<(), ApiError> {
    let mut tenant = crate::ssr::member(postern_types::Right::Fields.role()).await?;
    postern_domain::contact::label::change(&crate::ssr::env(), &mut tenant, id, &name, tone)
        .await?;
    tenant.commit().await?;
    Ok(())
}

/// Deletes a label.
#[server(client = ApiClient, prefix = "/api", endpoint = "labels/delete", protocol = Api)]
pub async fn delete_label(id: LabelId) -> Result<(), ApiError> {
    let mut tenant = crate::ssr::member(postern_types::Right::Fields.role()).await?;
    postern_domain::contact::label::delete(&crate::ssr::env(), &mut tenant, id).await?;
    tenant.commit().await?;
    Ok(())
}

/// Makes a field.
#[server(client = ApiClient, prefix = "/api", endpoint = "fields/create", protocol = Api)]
pub async fn make_field(
    name: String,
    kind: FieldKind,
    choices: Vec<String>,
) -> Result<FieldId, ApiError> {
    let mut tenant = crate::ssr::member(postern_types::Right::Fields.role()).await?;
    let env = crate::ssr::env();
    let id = postern_domain::contact::field::make(&env, &mut tenant, &name, kind, &choices).await?;
    tenant.commit().await?;
    Ok(id)
}

/// Calls a field otherwise, or offers other choices.
#[server(client = ApiClient, prefix = "/api", endpoint = "fields/change", protocol = Api)]
pub async fn change_field(id: FieldId, name: String, choices: Vec<String>) -> Result<(), ApiError> {
    let mut tenant = crate::ssr::member(postern_types::Right::Fields.role()).await?;
    postern_domain::contact::field::change(&crate::ssr::env(), &mut tenant, id, &name, &choices)
        .await?;
    tenant.commit().await?;
    Ok(())
}

/// Moves a field one place up or down.
#[server(client = ApiClient, prefix = "/api", endpoint = "fields/move", protocol = Api)]
pub async fn move_field(id: FieldId, up: bool) -> Result<(), ApiError> {
    let mut tenant = crate::ssr::member(postern_types::Right::Fields.role()).await?;
    postern_domain::contact::field::shift(&crate::ssr::env(), &mut tenant, id, up).await?;
    tenant.commit().await?;
    Ok(())
}

/// Deletes a field.
#[server(client = ApiClient, prefix = "/api", endpoint = "fields/delete", protocol = Api)]
pub async fn delete_field(id: FieldId) -> Result<(), ApiError> {
    let mut tenant = crate::ssr::member(postern_types::Right::Fields.role()).await?;
    postern_domain::contact::field::delete(&crate::ssr::env(), &mut tenant, id).await?;
    tenant.commit().await?;
    Ok(())
}
