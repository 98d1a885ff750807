//! A cart of products.

use super::measure::total;
use crate::{ui::icon::Icon, words::rich};
use leptos::prelude::*;
use postern_types::OrderItem;

#[component]
pub fn Order(
    catalog: Option<String>,
    note: Option<String>,
    items: Vec<OrderItem>,
) -> impl IntoView {
    let lines = items.iter().map(|item| {
        (
            item.quantity.as_str(),
            item.price.as_deref(),
            item.currency.as_deref(),
        )
    });
    let sum = total(lines);
    let head = format!("{} · {}", rich::ORDER, rich::items(items.len()));
    let rows: Vec<_> = items
        .into_iter()
        .map(|item| {
            let price = item.price.map(|price| match item.currency {
                Some(currency) => format!("{price} {currency}"),
                None => price,
            });
            view! {
                <tr>
                    <td><bdi>{item.product}</bdi></td>
                    <td class="number"><bdi>{format!("{} ×", item.quantity)}</bdi></td>
                    <td class="number"><bdi>{price}</bdi></td>
                </tr>
            }
        })
        .collect();
    view! {
        <div class="rich-block order">
            <p class="rich-mark"><Icon name="shopping-bag"/>{head}</p>
            {note.map(|note| view! { <p class="bubble-text" dir="auto">{note}</p> })}
            <table aria-label=rich::ORDER>
                <tbody>{rows}</tbody>
                {sum.map(|(sum, currency)| view! {
                    <tfoot>
                        <tr><th scope="row" colspan="2">{rich::TOTAL}</th><td class="number"><bdi>{format!("{sum} {currency}")}</bdi></td></tr>
                    </tfoot>
                })}
            </table>
            {catalog.map(|catalog| view! { <p class="quiet clip"><bdi>{format!("{} {catalog}", rich::CATALOG)}</bdi></p> })}
        </div>
    }
    .into_any()
}
