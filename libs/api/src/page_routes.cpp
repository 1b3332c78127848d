#include "call.hpp"
#include "handlers.hpp"

namespace rgw::api {
namespace {

constexpr std::string_view head =
    "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Rack Gateway</title>"
    "</head><body><h1>Rack Gateway</h1>\n";
constexpr std::string_view tail = "</body></html>\n";

// What stands in place of the web app's pages. Nothing of the request is repeated on it.
std::string_view text_of(std::string_view path) {
    if (path == "/app/login") {
        return "<p>You are signed out.</p><p><a href=\"/api/v1/auth/web/login\">Sign in</a></p>\n";
    }
    if (path == "/app/auth/error") {
        return "<p>Signing in did not work. The gateway's audit log has the reason.</p>"
               "<p><a href=\"/api/v1/auth/web/login\">Try again</a></p>\n";
    }
    if (path == "/app/account/security") {
        return "<p>You are signed in. Your account needs a second factor before it can do more, "
               "and "
               "this build has no page to set one up yet.</p>"
               "<p><a href=\"/api/v1/auth/web/logout\">Sign out</a></p>\n";
    }
    return "<p>The web app is not part of this build yet. The gateway itself is at work: "
           "<a href=\"/api/v1/info\">who am I</a>.</p>"
           "<p><a href=\"/api/v1/auth/web/login\">Sign in</a> · "
           "<a href=\"/api/v1/auth/web/logout\">Sign out</a></p>\n";
}

async::Task<Result<Reply>> answer_with_redirect(GatewayCall) {
    co_return redirect("/app/rack", 307);
}

async::Task<Result<Reply>> answer_page(GatewayCall call) {
    const std::string_view target = call.call().exchange.head().target;
    Reply reply{.content_type = "text/html; charset=utf-8"};
    reply.body = std::string(head);
    reply.body += text_of(target.substr(0, target.find('?')));
    reply.body += tail;
    co_return reply;
}

}  // namespace

const Operation go_to_app{
    .handle = answer_with_redirect, .summary = "To the web app", .status = 307};
const Operation get_page{.handle = answer_page, .summary = "A page of the web app"};

}  // namespace rgw::api
