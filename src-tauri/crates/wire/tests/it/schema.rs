//! Vectors of cleaned tool schemas.

use crate::fixture::cases;
use wire::schema::parameters;

#[test]
fn every_schema_vector_holds() {
    for case in cases("vectors/schema_cleaning.json") {
        let cleaned = serde_json::to_value(parameters(Some(&case["in"]))).unwrap();
        assert_eq!(cleaned, case["out"], "{}", case["name"]);
        let again = serde_json::to_value(parameters(Some(&cleaned))).unwrap();
        assert_eq!(again, cleaned, "{} a second time", case["name"]);
    }
}
