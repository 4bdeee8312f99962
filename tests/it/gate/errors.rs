//! Errors leave with a code, in the caller's language, without our causes.

use crate::gate::support::House;

#[tokio::test]
async fn what_is_ours_to_mend_is_masked() {
    let house = House::new();
    for field in ["panics", "leaks", "internal", "oddCode"] {
        let body = format!("{{\"query\":\"{{ thing {{ {field} }} }}\"}}");
        let reply = house.post_with(body, &[("x-request-id", "a-request-1")]).await;
        assert_eq!(reply.code(), "INTERNAL", "{field}");
        assert_eq!(reply.body["errors"][0]["extensions"]["requestId"], "a-request-1", "{field}");
        assert_eq!(reply.body["errors"][0]["path"][1], field);
        for secret in ["secret", "SELECT", "digit", "panic:"] {
            assert!(!reply.text.contains(secret), "{field}: {}", reply.text);
        }
    }
}

#[tokio::test]
async fn messages_follow_the_language_that_is_asked_for() {
    let house = House::new();
    let query = "{\"query\":\"{ thing { nullableFails } }\"}";
    for (accepted, language, message) in [
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh-CN", "没有您可以查看的此项内容。"),
        ("en,zh-CN;q=0.5", "en", "There is nothing of this kind that you may see."),
        ("fr, zh;q=0.3, en;q=0.2", "zh-CN", "没有您可以查看的此项内容。"),
        ("fr", "en", "There is nothing of this kind that you may see."),
    ] {
        let reply = house.post_with(query, &[("accept-language", accepted)]).await;
        assert_eq!(reply.message(), message, "{accepted}");
        assert_eq!(reply.header("content-language"), language);
        assert_eq!(reply.code(), "NOT_FOUND");
    }
    for (body, start) in [
        ("{", "请求体不是有效的 JSON"),
        ("[]", "不支持批量请求"),
        ("{\"query\":\"{ nothing }\"}", "查询不符合接口约定"),
        ("{\"query\":\"query($a: Int!) { echo(number: $a) }\"}", "变量不符合要求"),
        ("{\"query\":\"{ things(first: 999) { nodes { id } } }\"}", "`first` 的值为 999"),
        ("{\"query\":\"{ thing { internal } }\"}", "服务内部出错"),
        ("{\"query\":\"{ echo(date: \\\"tomorrow\\\") }\"}", "参数不符合要求"),
    ] {
        let reply = house.post_with(body, &[("accept-language", "zh-CN")]).await;
        assert!(reply.message().starts_with(start), "{body}: {}", reply.message());
    }
}

#[tokio::test]
async fn an_argument_that_cannot_be_read_is_the_callers_mistake() {
    let house = House::new();
    for query in
        ["{ echo(date: \"tomorrow\") }", "{ echo(date: 5) }", "{ thing { bounded(number: 11) } }"]
    {
        assert_eq!(house.ask(query).await.code(), "BAD_USER_INPUT", "{query}");
    }
}

#[tokio::test]
async fn errors_point_at_their_place() {
    let house = House::new();
    let reply = house.ask("# 注释，两个字节以上\n{\n  \"说明\"\n}").await;
    assert_eq!(reply.body["errors"][0]["locations"][0]["line"], 3, "{}", reply.text);
    let reply = house.ask("{ a: echo(text: \"中文\") thing {\n    nullableFails } }").await;
    assert_eq!(
        reply.body["errors"][0]["locations"],
        serde_json::json!([{ "line": 2, "column": 5 }])
    );
    let reply = house.ask("{ a: echo(text: \"中文\") b: thing { nullableFails } }").await;
    assert_eq!(
        reply.body["errors"][0]["locations"],
        serde_json::json!([{ "line": 1, "column": 34 }])
    );
}
