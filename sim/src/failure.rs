//! Meta's errors, and the bodies that carry them.

mod codes;

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::ids;
use codes::look_up;

/// An answer that is not success, in Meta's body.
#[derive(Clone, Debug)]
pub struct GraphError {
    status: u16,
    code: i64,
    subcode: Option<i64>,
    kind: &'static str,
    message: String,
    details: Option<String>,
}

impl GraphError {
    /// The error of a code, as the table has it; a code not in it is a 400.
    pub fn code(code: i64) -> Self {
        let (status, title, details) = look_up(code);
        Self {
            status,
            code,
            subcode: None,
            kind: "OAuthException",
            message: format!("(#{code}) {title}"),
            details: Some(details.to_owned()),
        }
    }

    /// With details of this one case.
    pub fn details(mut self, details: impl Into<String>) -> Self {
        self.details = Some(details.into());
        self
    }

    /// With a subcode, which says more.
    pub fn subcode(mut self, subcode: i64) -> Self {
        self.subcode = Some(subcode);
        self
    }

    /// A parameter that is wrong: code 100, the sentence in `message` and no details.
    pub fn parameter(message: impl AsRef<str>) -> Self {
        Self {
            message: format!("(#100) {}", message.as_ref()),
            details: None,
            ..Self::code(100)
        }
    }

    /// No such object, or not for this token: Meta does not say which.
    pub fn no_such_object(method: &str, id: &str) -> Self {
        Self {
            status: 400,
            code: 100,
            subcode: Some(33),
            kind: "GraphMethodException",
            message: format!(
                "Unsupported {method} request. Object with ID '{id}' does not exist, cannot be loaded due to missing \
                 permissions, or does not support this operation. Please read the Graph API documentation at \
                 https://developers.facebook.com/docs/graph-api"
            ),
            details: None,
        }
    }

    /// A path that names nothing.
    pub fn unknown_path(path: &str) -> Self {
        Self {
            code: 2500,
            message: format!("Unknown path components: {path}"),
            details: None,
            ..Self::code(100)
        }
    }

    /// The token is not, or no longer, good.
    pub fn bad_token() -> Self {
        Self {
            subcode: Some(463),
            message: "Error validating access token: The session has been invalidated because the user changed their \
                      password or Facebook has changed the session for security reasons."
                .to_owned(),
            details: None,
            ..Self::code(190)
        }
    }

    /// No token came at all.
    pub fn no_token() -> Self {
        Self {
            message: "An access token is required to request this resource.".to_owned(),
            details: None,
            ..Self::code(104)
        }
    }

    /// The code, by which clients decide.
    pub fn number(&self) -> i64 {
        self.code
    }

    /// The HTTP status.
    pub fn status(&self) -> u16 {
        self.status
    }

    /// The body.
    pub fn body(&self) -> Value {
        let mut error = json!({
            "message": self.message,
            "type": self.kind,
            "code": self.code,
            "fbtrace_id": ids::trace(),
        });
        if let Some(subcode) = self.subcode {
            error["error_subcode"] = json!(subcode);
        }
        if let Some(details) = &self.details {
            error["error_data"] = json!({ "messaging_product": "whatsapp", "details": details });
        }
        if matches!(self.code, 1 | 2 | 4 | 131_000 | 131_016 | 133_004) {
            error["is_transient"] = json!(true);
        }
        json!({ "error": error })
    }
}

impl IntoResponse for GraphError {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::BAD_REQUEST);
        let kind = (header::CONTENT_TYPE, "application/json; charset=UTF-8");
        (status, [kind], self.body().to_string()).into_response()
    }
}

/// A failure as a status carries it: same codes, another shape.
pub fn in_status(code: i64) -> Value {
    let (_, title, details) = look_up(code);
    json!({
        "code": code,
        "title": title,
        "message": title,
        "error_data": { "details": details },
        "href": "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_carry_the_status_and_the_body_that_meta_documents() {
        for (status, code) in [
            (401, 190),
            (403, 250),
            (500, 131_000),
            (503, 2),
            (400, 131_047),
            (404, 132_001),
        ] {
            let error = GraphError::code(code);
            assert_eq!(
                (error.status(), error.body()["error"]["code"].clone()),
                (status, json!(code))
            );
            assert_eq!(error.body()["error"]["type"], "OAuthException");
            assert_eq!(
                error.body()["error"]["error_data"]["messaging_product"],
                "whatsapp"
            );
            assert!(error.body()["error"]["fbtrace_id"].as_str().unwrap().len() > 10);
        }
        assert_eq!(
            GraphError::code(131_047).body()["error"]["message"],
            "(#131047) Re-engagement message"
        );
    }

    #[test]
    fn a_foreign_object_is_not_told_from_a_missing_one() {
        let error = GraphError::no_such_object("get", "42");
        assert_eq!(error.status(), 400);
        assert_eq!(error.body()["error"]["error_subcode"], 33);
        assert!(
            error.body()["error"]["message"]
                .as_str()
                .unwrap()
                .starts_with("Unsupported get request. Object with ID '42' does not exist")
        );
    }
}
