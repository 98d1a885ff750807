//! What lists and single things have in common: pages, times, and what stands in an address.

use super::{problem::Problem, write::NUL};
use axum::{
    extract::{FromRequestParts, Path, Query},
    http::request::Parts,
};
pub use postern_domain::env::rfc3339 as time;
use serde::{Deserialize, Deserializer, Serialize, de::DeserializeOwned};
use utoipa::ToSchema;

/// A page of a list.
#[derive(Serialize, ToSchema)]
pub struct Page<T> {
    /// What is on it.
    pub data: Vec<T>,
    /// Asks for the next page, as `after`; null at the end.
    pub next: Option<String>,
}

/// What a change says of a field.
#[derive(Default)]
pub enum Said<T> {
    /// Nothing: it stays.
    #[default]
    Nothing,
    /// Null: it is to be empty.
    Empty,
    /// What is to stand there.
    This(T),
}

impl<T> Said<T> {
    /// What stands there afterwards.
    pub fn over(self, was: Option<T>) -> Option<T> {
        match self {
            Self::Nothing => was,
            Self::Empty => None,
            Self::This(value) => Some(value),
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Said<T> {
    fn deserialize<D: Deserializer<'de>>(reader: D) -> Result<Self, D::Error> {
        let said = Option::deserialize(reader)?;
        Ok(said.map_or(Self::Empty, Self::This))
    }
}

/// What stands behind the `?`.
pub struct Asked<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Asked<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        if parts.uri.query().is_some_and(|query| query.contains("%00")) {
            return Err(Problem::invalid("query", NUL));
        }
        match Query::<T>::from_request_parts(parts, state).await {
            Ok(Query(asked)) => Ok(Self(asked)),
            Err(refusal) => Err(Problem::invalid("query", refusal.body_text())),
        }
    }
}

/// The id in the path. What is no id is nobody's.
pub struct Id<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Id<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match Path::<T>::from_request_parts(parts, state).await {
            Ok(Path(id)) => Ok(Self(id)),
            Err(_) => Err(Problem::not_found()),
        }
    }
}
