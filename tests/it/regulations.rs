//! Regulations and what becomes of them.

use crate::support::{House, on_both_engines};

on_both_engines!(the_sample_data_can_be_read);

async fn the_sample_data_can_be_read(house: &House) {
    house.demo().await;
    let reply =
        house.ask("{ regulations(first: 3) { totalCount nodes { key title { zh en } } } }").await;
    assert_eq!(reply.at("/regulations/nodes").as_array().unwrap().len(), 3);
}
