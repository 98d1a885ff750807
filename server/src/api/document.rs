//! The API's own description.

use super::{gate::ROUTES, problem::Problem};
use axum::{
    http::header,
    response::{IntoResponse, Response},
};
use std::sync::LazyLock;
use utoipa::{
    OpenApi as _,
    openapi::{
        ComponentsBuilder, ContentBuilder, Info, OpenApi, OpenApiBuilder, Ref, RefOr,
        ResponseBuilder,
        path::{Operation, ParameterBuilder, ParameterIn},
        schema::{ObjectBuilder, Type},
        security::{Http, HttpAuthScheme, SecurityRequirement, SecurityScheme},
        tag::TagBuilder,
    },
};

/// Problems that every route may answer with.
const EVERYWHERE: [(&str, &str); 5] = [
    ("401", "The key opens nothing."),
    ("403", "The key may not do this, or not from there."),
    ("404", "There is no such thing in this workspace."),
    ("429", "Too many calls."),
    ("500", "Something went wrong on the server."),
];
/// Those of routes that are given something.
const OF_INPUT: (&str, &str) = ("422", "An input is not acceptable; `field` names it.");
/// Those of writes.
const OF_WRITES: [(&str, &str); 4] = [
    ("400", "The body is no JSON, or did not come whole."),
    (
        "409",
        "It clashes with what is there; or something else was asked under that Idempotency-Key.",
    ),
    ("413", "The body is too large."),
    ("415", "The body is not called JSON."),
];

#[derive(utoipa::OpenApi)]
#[openapi(components(schemas(Problem)))]
struct Shared;

/// What stands above the routes.
pub fn about() -> OpenApi {
    let info = Info::builder()
        .title("Postern")
        .version("1")
        .description(Some(
            "Send WhatsApp messages, and read and change what a workspace's inbox holds. Every call carries an API key, which an \
             admin makes under Settings, Developers. Errors are problem documents (RFC 9457). Writes take an `Idempotency-Key`: \
             the same key never acts twice.",
        ))
        .build();
    let tags = [
        ("Keys", "The key that calls."),
        ("Messages", "Sending, and what became of it."),
        (
            "Templates",
            "What may be sent at any time, and by which numbers.",
        ),
        ("Contacts", "Who writes to the workspace."),
        ("Conversations", "The inbox."),
        ("Tasks", "What is to be done for contacts."),
        (
            "One-time codes",
            "Having a code sent to a number, and checking what somebody entered.",
        ),
        ("Tests", "What test keys would have sent."),
        ("Events", "Everything that happens, in its order."),
        ("Webhooks", "Where events are sent, and what became of it."),
        (
            "Sources",
            "Other providers that post to the workspace, and what came of it.",
        ),
    ];
    let tags = tags.map(|(name, about)| {
        TagBuilder::new()
            .name(name)
            .description(Some(about))
            .build()
    });
    OpenApiBuilder::new()
        .info(info)
        .tags(Some(tags))
        .components(Some(
            ComponentsBuilder::new()
                .security_scheme(
                    "key",
                    SecurityScheme::Http(
                        Http::builder()
                            .scheme(HttpAuthScheme::Bearer)
                            .bearer_format("pst_…")
                            .build(),
                    ),
                )
                .build(),
        ))
        .build()
}

/// What holds for many routes is said in one place: keys and their scopes, problems, keys of idempotency.
pub fn finish(mut document: OpenApi) -> OpenApi {
    document.merge(Shared::openapi());
    for (path, item) in &mut document.paths.paths {
        let operations = [
            (http::Method::GET, &mut item.get),
            (http::Method::POST, &mut item.post),
            (http::Method::PATCH, &mut item.patch),
            (http::Method::DELETE, &mut item.delete),
        ];
        for (method, operation) in operations {
            if let Some(operation) = operation {
                describe(&method, path, operation);
            }
        }
    }
    document
}

fn describe(method: &http::Method, path: &str, operation: &mut Operation) {
    // Programs that are made from the document name their functions by it.
    let noun = path.split('/').nth(3).unwrap_or_default();
    let verb = operation.operation_id.take().unwrap_or_default();
    operation.operation_id = Some(format!("{noun}_{verb}"));
    let row = ROUTES
        .iter()
        .find(|(known, at, _)| known == method && *at == path);
    let scopes: Vec<&str> = row
        .and_then(|(.., scope)| scope.map(postern_types::Scope::as_str))
        .into_iter()
        .collect();
    operation.security = Some(vec![SecurityRequirement::new("key", scopes)]);
    let writes = *method != http::Method::GET;
    let mut problems = EVERYWHERE.to_vec();
    if writes || operation.parameters.is_some() {
        problems.push(OF_INPUT);
    }
    if writes {
        problems.extend(OF_WRITES);
        let key = ParameterBuilder::new()
            .name("Idempotency-Key")
            .parameter_in(ParameterIn::Header)
            .required(utoipa::openapi::Required::False)
            .description(Some(
                "Made by the caller, once for each thing that is to be done. Sent again within a day it gets the same answer, \
                 with `Idempotency-Replayed: true`, and nothing is done.",
            ))
            .schema(Some(
                ObjectBuilder::new().schema_type(Type::String).min_length(Some(1)).max_length(Some(255)).pattern(Some("^[ -~]+$")),
            ))
            .build();
        operation
            .parameters
            .get_or_insert_default()
            .push(key.into());
    }
    for (status, about) in problems {
        let content = ContentBuilder::new()
            .schema(Some(RefOr::Ref(Ref::from_schema_name("Problem"))))
            .build();
        let response = ResponseBuilder::new()
            .description(about)
            .content("application/problem+json", content)
            .build();
        operation
            .responses
            .responses
            .entry(status.to_owned())
            .or_insert(RefOr::T(response));
    }
}

/// The document as it is kept beside the code.
pub fn text() -> String {
    let mut text = super::document().to_pretty_json().unwrap_or_default();
    text.push('\n');
    text
}

/// The document, for everybody.
pub async fn give() -> Response {
    static TEXT: LazyLock<String> = LazyLock::new(text);
    ([(header::CONTENT_TYPE, "application/json")], TEXT.as_str()).into_response()
}
