#include "browser.hpp"

#include <algorithm>
#include <filesystem>
#include <stdexcept>

namespace rgw::test {
namespace {

constexpr int most_steps = 20;

struct Place {
    std::string host;  // with its port
    std::uint16_t port = 0;
    std::string target;
};

Place place_of(const std::string& url) {
    const std::size_t colon = url.find(':', url.find("//"));
    const std::size_t slash = std::min(url.find('/', colon), url.size());
    if (colon == std::string::npos) {
        throw std::runtime_error("no URL of this machine: " + url);
    }
    const std::size_t begin = url.find("//") + 2;
    return {.host = url.substr(begin, slash - begin),
            .port = static_cast<std::uint16_t>(std::stoi(url.substr(colon + 1))),
            .target = slash == url.size() ? "/" : url.substr(slash)};
}

std::string between(const std::string& text, const std::string& before, char end) {
    const std::size_t at = text.find(before);
    if (at == std::string::npos) {
        return "";
    }
    const std::size_t begin = at + before.size();
    return text.substr(begin, text.find(end, begin) - begin);
}

std::string form_encoded(const std::string& text) {
    std::string out;
    for (const char c : text) {
        out += c == '@' ? "%40" : c == ':' ? "%3A" : std::string(1, c);
    }
    return out;
}

}  // namespace

std::string next_address() {
    static int last = 0;
    ++last;
    return "198.18." + std::to_string(last / 250 % 250) + "." + std::to_string(last % 250 + 1);
}

Response Browser::get(const std::string& url, Headers headers) {
    return send(url, {.headers = std::move(headers)});
}

Response Browser::post(const std::string& url, const std::string& form) {
    return send(url, {.method = "POST",
                      .headers = {{"Content-Type", "application/x-www-form-urlencoded"}},
                      .body = form});
}

Response Browser::send(const std::string& url, Request request) {
    const Place place = place_of(url);
    request.target = place.target;
    request.host = place.host;
    request.headers.emplace_back("X-Forwarded-For", next_address());
    if (const std::string cookies = all(place.port); !cookies.empty()) {
        request.headers.emplace_back("Cookie", cookies);
    }
    Response response = send_request(place.port, request);
    for (const auto& [name, value] : response.headers) {
        if (name == "Set-Cookie" || name == "set-cookie") {
            const std::string pair = value.substr(0, value.find(';'));
            const std::size_t equals = pair.find('=');
            set_cookie(place.port, pair.substr(0, equals), pair.substr(equals + 1));
        }
    }
    return response;
}

std::string Browser::all(std::uint16_t port) const {
    std::string out;
    for (const auto& [key, value] : cookies_) {
        if (key.first == port) {
            out += (out.empty() ? "" : "; ") + key.second + "=" + value;
        }
    }
    return out;
}

std::string Browser::cookie(std::uint16_t port, const std::string& name) const {
    const auto at = cookies_.find({port, name});
    return at == cookies_.end() ? "" : at->second;
}

void Browser::set_cookie(std::uint16_t port, const std::string& name, const std::string& value) {
    if (value.empty()) {
        cookies_.erase({port, name});
    } else {
        cookies_[{port, name}] = value;
    }
}

std::string Browser::cookie_name(std::uint16_t port, const std::string& prefix) const {
    std::string found;
    for (const auto& [key, value] : cookies_) {
        if (key.first == port && key.second.starts_with(prefix)) {
            found = found.empty() ? key.second : throw std::runtime_error("two such cookies");
        }
    }
    return found;
}

Provider::Provider(const std::string& directory, std::vector<std::string> redirect_uris,
                   std::uint16_t port)
    : redirect_uris_(std::move(redirect_uris)) {
    const std::string port_file = directory + "/provider.port";
    std::filesystem::remove(port_file);
    std::vector<std::string> arguments{"/usr/bin/env", "node", RGW_OIDC_PROVIDER,
                                       std::to_string(port), port_file};
    arguments.insert(arguments.end(), redirect_uris_.begin(), redirect_uris_.end());
    process_ = std::make_unique<Process>(std::move(arguments), Environment{},
                                         directory + "/provider.out", directory + "/provider.err");
    if (!eventually([&] { return std::filesystem::exists(port_file); })) {
        throw std::runtime_error("the OpenID provider did not start: " +
                                 read_file(directory + "/provider.err"));
    }
    port_ = static_cast<std::uint16_t>(std::stoi(read_file(port_file)));
}

std::string Provider::issuer() const {
    return "http://127.0.0.1:" + std::to_string(port_);
}

std::string Provider::sign_in(Browser& browser, std::string url, const std::string& who) const {
    for (int step = 0; step < most_steps; ++step) {
        if (std::ranges::any_of(redirect_uris_,
                                [&](const std::string& uri) { return url.starts_with(uri); })) {
            return url;
        }
        Response page = browser.get(url);
        if (page.status == 200) {
            const bool asks_who = page.body.find("name=\"login\"") != std::string::npos;
            const std::string form =
                asks_who ? "prompt=login&login=" + form_encoded(who) + "&password=any"
                         : std::string("prompt=consent");
            page = browser.post(between(page.body, "action=\"", '"'), form);
        }
        url = page.header("Location");
        if (url.starts_with("/")) {
            url.insert(0, issuer());
        }
    }
    throw std::runtime_error("the provider does not send the browser back");
}

}  // namespace rgw::test
