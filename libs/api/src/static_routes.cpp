// The web app: its files as they are, and its one page for every path of its own (spec http-api
// §22).
#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "call.hpp"
#include "handlers.hpp"
#include "rgw/crypto/digest.hpp"
#include "rgw/crypto/encoding.hpp"
#include "rgw/crypto/random.hpp"
#include "rgw/http/static_file.hpp"
#include "rgw/identity/credential.hpp"

namespace rgw::api {
namespace {

constexpr std::chrono::seconds patience{5};
constexpr std::string_view app_prefix = "/app/";
constexpr std::string_view index_name = "index.html";
constexpr std::size_t nonce_bytes = 16;

const http::StaticFile* find_file(std::span<const http::StaticFile> files, std::string_view path) {
    const auto found = std::ranges::find(files, path, &http::StaticFile::path);
    return found == files.end() ? nullptr : &*found;
}

void replace_all(std::string& text, std::string_view slot, std::string_view value) {
    for (std::size_t at = text.find(slot); at != std::string::npos; at = text.find(slot, at)) {
        text.replace(at, slot.size(), value);
        at += value.size();
    }
}

// What a page's writes are recognised by; empty when its cookie is no session.
async::Task<std::string> csrf_token_of(GatewayCall call) {
    const auto text = call.cookie(identity::session_cookie);
    const Secret& key = call.services().site.csrf_key;
    if (!text || key.empty()) {
        co_return "";
    }
    const auto known = co_await call.services().authenticator.authenticate(
        *text, identity::Activity::background, deadline_in(patience));
    co_return known && (*known)->session ? identity::csrf_token(key, *text) : "";
}

std::string policy_with(const std::string& nonce) {
    return "default-src 'self'; connect-src 'self'; script-src 'self' 'nonce-" + nonce +
           "'; style-src 'self' 'nonce-" + nonce +
           "'; img-src 'self' data:; font-src 'self'; object-src 'none'; base-uri 'none'; "
           "form-action 'self'; frame-ancestors 'none'";
}

// The slots of the contract; the values are ours and of alphabets that HTML takes as they are.
std::string fill_slots(std::string_view page, const std::string& nonce, const std::string& csrf,
                       const Site& site) {
    std::string text(page);
    const std::string script = "<script nonce=\"" + nonce + "\">window.__nonce__=\"" + nonce +
                               "\";window.__webpack_nonce__=\"" + nonce + "\";</script>";
    replace_all(text, "{{RGW_SCRIPT_PLACEHOLDER}}", script);
    if (!csrf.empty()) {
        replace_all(text, "RGW_CSRF_TOKEN", csrf);
    }
    replace_all(text, "RGW_SENTRY_DSN", "");
    replace_all(text, "RGW_SENTRY_ENVIRONMENT",
                site.on_this_machine() ? "development" : "production");
    replace_all(text, "RGW_SENTRY_RELEASE", RGW_VERSION);
    replace_all(text, "RGW_SENTRY_TRACES_SAMPLE_RATE", "0");
    return text;
}

async::Task<Result<Reply>> answer_index(GatewayCall call) {
    const http::StaticFile* index = find_file(call.services().web_files, index_name);
    if (index == nullptr) {
        co_return Errc::route_unknown;
    }
    std::array<std::byte, nonce_bytes> random{};
    crypto::random_bytes(random);
    const std::string nonce = crypto::base64(crypto::text_of(random));
    const std::string csrf = co_await csrf_token_of(call);
    Reply reply{.content_type = index->type};
    reply.body = fill_slots(index->identity, nonce, csrf, call.services().site);
    reply.fields.push_back({"Content-Security-Policy", policy_with(nonce)});
    co_return reply;
}

Reply file_reply(const http::StaticFile& file, const http::RequestHead& head) {
    http::StaticAnswer answer = http::answer_static(file, head);
    return {.status = answer.status,
            .constant_body = answer.body,
            .content_type = file.type,
            .fields = std::move(answer.fields)};
}

async::Task<Result<Reply>> answer_app(GatewayCall call) {
    const http::RequestHead& head = call.call().exchange.head();
    const std::string_view path =
        head.target.substr(0, head.target.find('?')).substr(app_prefix.size());
    if (path.empty() && head.target.size() == app_prefix.size()) {
        co_return redirect("/app/rack", 307);
    }
    const http::StaticFile* file = find_file(call.services().web_files, path);
    if (file != nullptr && path != index_name) {
        co_return file_reply(*file, head);
    }
    if (path.starts_with("assets/")) {
        co_return Errc::route_unknown;  // of an earlier build: a page in its place would mislead
    }
    Result<Reply> index = co_await answer_index(call);
    co_return index;
}

async::Task<Result<Reply>> answer_icon(GatewayCall call) {
    const http::StaticFile* icon = find_file(call.services().web_files, "favicon.ico");
    if (icon == nullptr) {
        co_return no_content();
    }
    co_return file_reply(*icon, call.call().exchange.head());
}

async::Task<Result<Reply>> answer_robots(GatewayCall) {
    co_return Reply{.body = "User-agent: *\nDisallow:\n",
                    .content_type = "text/plain; charset=utf-8"};
}

async::Task<Result<Reply>> answer_with_redirect(GatewayCall) {
    co_return redirect("/app/rack", 307);
}

}  // namespace

const Operation go_to_app{
    .handle = answer_with_redirect, .summary = "To the web app", .status = 307};
const Operation get_app{.handle = answer_app, .summary = "The web app"};
const Operation get_icon{.handle = answer_icon, .summary = "The web app's icon"};
const Operation get_robots{.handle = answer_robots, .summary = "For search engines"};

}  // namespace rgw::api
