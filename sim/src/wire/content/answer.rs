//! What customers do with a control that the business sent.

use serde_json::{Value, json};

use super::Content;

impl Content {
    /// A quick reply of a template was tapped.
    pub fn button(text: &str, payload: &str) -> Self {
        Self::new("button", json!({ "payload": payload, "text": text }))
    }

    /// Any answer to an interactive message.
    pub fn interactive(kind: &str, object: Value) -> Self {
        let mut answer = json!({ "type": kind });
        answer[kind] = object;
        Self::new("interactive", answer)
    }

    /// A reply button was tapped.
    pub fn button_reply(id: &str, title: &str) -> Self {
        Self::interactive("button_reply", json!({ "id": id, "title": title }))
    }

    /// A row of a list was chosen.
    pub fn list_reply(id: &str, title: &str, description: Option<&str>) -> Self {
        let mut object = json!({ "id": id, "title": title });
        super::put(&mut object, "description", description);
        Self::interactive("list_reply", object)
    }

    /// A form was filled in; what was entered comes as text, which need not even be an object.
    pub fn form_reply(name: &str, body: &str, response_json: &str) -> Self {
        Self::interactive(
            "nfm_reply",
            json!({ "name": name, "body": body, "response_json": response_json }),
        )
    }

    /// A customer lets the business call, or does not.
    pub fn call_permission_reply(accepts: bool) -> Self {
        let mut object = json!({ "response": "reject", "response_source": "user_action" });
        if accepts {
            object["response"] = json!("accept");
            object["is_permanent"] = json!(false);
            object["expiration_timestamp"] = json!(crate::clock::now() + 7 * 86_400);
        }
        Self::interactive("call_permission_reply", object)
    }

    /// A way of paying was chosen.
    pub fn payment_method(reference_id: &str) -> Self {
        Self::interactive(
            "payment_method",
            json!({
                "payment_method": "credit_card",
                "payment_timestamp": crate::clock::now(),
                "reference_id": reference_id,
                "last_four_digits": "4242",
                "credential_id": "1234567",
            }),
        )
    }

    /// A basket of one line.
    pub fn order(catalog_id: &str, product: &str, quantity: u32, price: f64, text: &str) -> Self {
        Self::new(
            "order",
            json!({
                "catalog_id": catalog_id,
                "text": text,
                "product_items": [{
                    "product_retailer_id": product,
                    "quantity": quantity,
                    "item_price": price,
                    "currency": "EUR",
                }],
            }),
        )
    }
}
