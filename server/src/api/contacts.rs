//! Contacts: who writes to the workspace, or was added.

use super::{
    gate::Call,
    page::{Asked, Id, Page, Said, time},
    problem::Problem,
    write::Write,
};
use axum::{Json, http::StatusCode, response::Response};
use postern_domain::{Env, Result as Done, Tenant, contact};
use postern_types::{
    BookOrder, BookRequest, BookRow, ContactForm, ContactId, ContactPage, LabelId, MemberId,
    OwnedBy,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// A contact.
#[derive(Serialize, ToSchema)]
pub struct Contact {
    /// Their id.
    #[schema(value_type = Uuid)]
    id: ContactId,
    /// What members call them, or what they call themselves.
    name: Option<String>,
    /// Their number in E.164.
    #[schema(example = "+4915112345678")]
    phone: Option<String>,
    /// Their address.
    email: Option<String>,
    /// The member who looks after them.
    #[schema(value_type = Option<Uuid>)]
    owner: Option<MemberId>,
    /// Their labels.
    #[schema(value_type = Vec<Uuid>)]
    labels: Vec<LabelId>,
    /// When they first wrote, or were added.
    #[schema(format = DateTime)]
    since: String,
}

impl From<BookRow> for Contact {
    fn from(row: BookRow) -> Self {
        Self {
            id: row.id,
            name: row.name,
            phone: row.phone,
            email: row.email,
            owner: row.owner,
            labels: row.labels,
            since: time(row.since),
        }
    }
}

impl From<ContactPage> for Contact {
    fn from(page: ContactPage) -> Self {
        let person = page.person;
        Self {
            id: person.id,
            name: person.given_name.or(person.name).or(person.username),
            phone: page.phone,
            email: page.email,
            owner: page.owner,
            labels: page.labels,
            since: time(person.first_seen),
        }
    }
}

/// Which contacts are asked for.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Which {
    /// The beginning of a word of the name or address, or four or more digits of a number.
    #[serde(default)]
    #[param(max_length = 200)]
    search: String,
    /// Those who wear this label.
    #[param(value_type = Option<Uuid>)]
    label: Option<LabelId>,
    /// Those whom this member looks after.
    #[param(value_type = Option<Uuid>)]
    owner: Option<MemberId>,
    /// `next` of the page before.
    after: Option<String>,
}

/// Contacts, who came last first.
#[utoipa::path(get, path = "/api/v1/contacts", tag = "Contacts", params(Which), responses((status = 200, body = Page<Contact>)))]
pub async fn list(call: Call, Asked(which): Asked<Which>) -> Result<Json<Page<Contact>>, Problem> {
    let mut tenant = call.enter().await?;
    let asked = BookRequest {
        search: which.search,
        label: which.label,
        owner: which.owner.map_or(OwnedBy::Anybody, OwnedBy::Member),
        order: BookOrder::Newest,
        after: which.after,
    };
    let page = contact::book(&mut tenant, &asked).await?;
    tenant.commit().await?;
    Ok(Json(Page {
        data: page.rows.into_iter().map(Into::into).collect(),
        next: page.next,
    }))
}

/// A contact to be added: a name, a number or an address at least.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "name": "Ada Lovelace", "phone": "+4915112345678" }))]
pub struct NewContact {
    /// What they are called.
    #[serde(default)]
    #[schema(max_length = 80)]
    name: String,
    /// Their number, with its country code.
    #[serde(default)]
    phone: String,
    /// Their address.
    #[serde(default)]
    email: String,
    /// The member who looks after them.
    #[serde(default)]
    #[schema(value_type = Option<Uuid>)]
    owner: Option<MemberId>,
}

/// Adds a contact. A number has one contact: a second one is a conflict.
#[utoipa::path(
    post, path = "/api/v1/contacts", tag = "Contacts", request_body = NewContact,
    responses((status = 201, body = Contact))
)]
pub async fn create(write: Write<NewContact>) -> Result<Response, Problem> {
    write
        .act(StatusCode::CREATED, async |env, tenant, new| {
            let form = ContactForm {
                name: new.name,
                phone: new.phone,
                email: new.email,
                owner: new.owner,
            };
            let id = contact::create(env, tenant, &form).await?;
            read(env, tenant, id).await
        })
        .await
}

async fn read(env: &Env, tenant: &mut Tenant, id: ContactId) -> Done<Contact> {
    contact::whole(env, tenant, id).await.map(Into::into)
}

/// One contact. Somebody who was merged into another one is answered as that one.
#[utoipa::path(
    get, path = "/api/v1/contacts/{id}", tag = "Contacts", params(("id" = Uuid, Path, description = "The contact.")),
    responses((status = 200, body = Contact))
)]
pub async fn one(call: Call, Id(id): Id<ContactId>) -> Result<Json<Contact>, Problem> {
    let mut tenant = call.enter().await?;
    let contact = read(&call.env, &mut tenant, id).await?;
    tenant.commit().await?;
    Ok(Json(contact))
}

/// What is to be changed of a contact: what is left out stays, null empties it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "email": "ada@example.com" }))]
pub struct ContactChange {
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 80)]
    name: Said<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    phone: Said<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Email)]
    email: Said<String>,
    #[serde(default)]
    #[schema(value_type = Option<Uuid>)]
    owner: Said<MemberId>,
}

/// Changes a contact.
#[utoipa::path(
    patch, path = "/api/v1/contacts/{id}", tag = "Contacts", params(("id" = Uuid, Path, description = "The contact.")),
    request_body = ContactChange, responses((status = 200, body = Contact))
)]
pub async fn change(
    Id(id): Id<ContactId>,
    write: Write<ContactChange>,
) -> Result<Response, Problem> {
    write
        .act(StatusCode::OK, async |env, tenant, change| {
            let was = contact::whole(env, tenant, id).await?;
            let text = |said: Said<String>, was| said.over(was).unwrap_or_default();
            let form = ContactForm {
                name: text(change.name, was.person.given_name),
                phone: text(change.phone, was.phone),
                email: text(change.email, was.email),
                owner: change.owner.over(was.owner),
            };
            let id = was.person.id;
            contact::edit(env, tenant, id, &form).await?;
            read(env, tenant, id).await
        })
        .await
}
