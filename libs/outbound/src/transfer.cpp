#include "transfer.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <string_view>
#include <tuple>

#include "rgw/base/releases.hpp"

namespace rgw::outbound {
namespace {

using namespace std::chrono_literals;
using identity::FetchedPage;
using identity::FetchMethod;
using identity::FetchRequest;
using std::chrono::milliseconds;

constexpr std::size_t max_answer_bytes = 1024UL * 1024;
constexpr milliseconds longest_call = 30s;
constexpr milliseconds longest_connect = 5s;

using Easy = std::unique_ptr<CURL, Releases<curl_easy_cleanup>>;
using Lines = std::unique_ptr<curl_slist, Releases<curl_slist_free_all>>;
using Address = std::unique_ptr<CURLU, Releases<curl_url_cleanup>>;
using Text = std::unique_ptr<char, Releases<curl_free>>;

template <class Value>
void set(CURL* easy, CURLoption option, Value value) {
    if (curl_easy_setopt(easy, option, value) != CURLE_OK) {
        throw std::runtime_error("libcurl refuses option " + std::to_string(option));
    }
}

std::string host_of(const std::string& url) {
    const Address address(curl_url());
    char* host = nullptr;
    if (!address || curl_url_set(address.get(), CURLUPART_URL, url.c_str(), 0) != CURLUE_OK ||
        curl_url_get(address.get(), CURLUPART_HOST, &host, 0) != CURLUE_OK) {
        return "no host";
    }
    const Text owned(host);
    return host;
}

std::size_t take_answer(char* bytes, std::size_t, std::size_t size, void* into) {
    auto& body = *static_cast<std::string*>(into);
    if (body.size() + size > max_answer_bytes) {
        return 0;  // libcurl gives up with CURLE_WRITE_ERROR
    }
    body.append(bytes, size);
    return size;
}

// Called about once a second; anything but 0 ends the call.
int check_stopping(void* stopping, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
    return static_cast<const std::atomic<bool>*>(stopping)->load() ? 1 : 0;
}

void add_line(Lines& lines, const std::string& line) {
    curl_slist* longer = curl_slist_append(lines.get(), line.c_str());
    if (longer == nullptr) {
        throw std::bad_alloc();
    }
    std::ignore = lines.release();  // it is the rest of the longer one
    lines.reset(longer);
}

Lines lines_of(const FetchRequest& request) {
    Lines lines;
    add_line(lines, "Expect:");  // small bodies need no 100 Continue
    for (const identity::FetchField& field : request.fields) {
        add_line(lines, field.name + ": " + std::string(field.value.expose()));
    }
    return lines;
}

void set_request(CURL* easy, const FetchRequest& request, const curl_slist* lines) {
    set(easy, CURLOPT_URL, request.url.c_str());
    set(easy, CURLOPT_HTTPHEADER, lines);
    set(easy, CURLOPT_USERAGENT, "rack-gateway");
    if (request.method == FetchMethod::post) {
        const std::string_view body = request.body.expose();
        set(easy, CURLOPT_POST, 1L);
        set(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
        set(easy, CURLOPT_POSTFIELDS, body.data());
    }
}

void set_limits(CURL* easy, milliseconds left) {
    set(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(left.count()));
    set(easy, CURLOPT_CONNECTTIMEOUT_MS,
        static_cast<long>(std::min(left, longest_connect).count()));
    set(easy, CURLOPT_NOSIGNAL, 1L);  // or time-outs would raise SIGALRM in whatever thread
    set(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    set(easy, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
    set(easy, CURLOPT_FOLLOWLOCATION, 0L);
    set(easy, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
}

void set_trust(CURL* easy, const std::string& ca_file) {
    set(easy, CURLOPT_SSL_VERIFYPEER, 1L);
    set(easy, CURLOPT_SSL_VERIFYHOST, 2L);
    set(easy, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    if (!ca_file.empty()) {
        set(easy, CURLOPT_CAINFO, ca_file.c_str());
        set(easy, CURLOPT_CAPATH, nullptr);
    }
}

// libcurl's own words only where they say what is wrong with a certificate: elsewhere they may
// repeat parts of the URL.
std::string failure(CURLcode code, const char* words) {
    if (code == CURLE_WRITE_ERROR) {
        return "the answer is larger than 1 MiB";
    }
    if (code == CURLE_ABORTED_BY_CALLBACK) {
        return "the gateway is shutting down";
    }
    return code == CURLE_PEER_FAILED_VERIFICATION && *words != '\0' ? words
                                                                    : curl_easy_strerror(code);
}

std::string header_of(CURL* easy, const char* name) {
    curl_header* header = nullptr;
    const bool found = curl_easy_header(easy, name, 0, CURLH_HEADER, -1, &header) == CURLHE_OK;
    return found ? header->value : "";
}

}  // namespace

Result<FetchedPage> transfer(const FetchRequest& request, const std::string& ca_file,
                             Deadline deadline, const std::atomic<bool>& stopping) {
    const std::string host = host_of(request.url);
    const auto left = std::min<Deadline::duration>(deadline - Deadline::clock::now(), longest_call);
    if (left < 1ms) {
        return Error(Errc::sign_in_unavailable, host + ": no time left");
    }
    const Easy easy(curl_easy_init());
    if (!easy) {
        throw std::runtime_error("curl_easy_init failed");
    }
    const Lines lines = lines_of(request);
    FetchedPage page;
    std::array<char, CURL_ERROR_SIZE> words{};
    set_request(easy.get(), request, lines.get());
    set_limits(easy.get(), std::chrono::duration_cast<milliseconds>(left));
    set_trust(easy.get(), ca_file);
    set(easy.get(), CURLOPT_ERRORBUFFER, words.data());
    set(easy.get(), CURLOPT_WRITEFUNCTION, &take_answer);
    set(easy.get(), CURLOPT_WRITEDATA, &page.body);
    set(easy.get(), CURLOPT_NOPROGRESS, 0L);
    set(easy.get(), CURLOPT_XFERINFOFUNCTION, &check_stopping);
    set(easy.get(), CURLOPT_XFERINFODATA, &stopping);
    const CURLcode code = curl_easy_perform(easy.get());
    if (code != CURLE_OK) {
        return Error(Errc::sign_in_unavailable, host + ": " + failure(code, words.data()));
    }
    long status = 0;
    curl_easy_getinfo(easy.get(), CURLINFO_RESPONSE_CODE, &status);
    page.status = static_cast<int>(status);
    page.cache_control = header_of(easy.get(), "Cache-Control");
    return page;
}

}  // namespace rgw::outbound
