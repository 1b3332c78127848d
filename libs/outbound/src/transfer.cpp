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
using std::chrono::milliseconds;

constexpr std::size_t mebibyte = 1024UL * 1024;
constexpr std::size_t most_head_bytes = 64UL * 1024;
constexpr milliseconds longest_call = 30s;

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

// What comes back, and how much of it may.
struct Received {
    std::size_t most_bytes;
    std::size_t head_bytes = 0;
    std::string body;
};

// What they do not take in full makes libcurl give up with CURLE_WRITE_ERROR.
std::size_t take_body(char* bytes, std::size_t, std::size_t size, void* into) {
    auto& received = *static_cast<Received*>(into);
    if (received.body.size() + size > received.most_bytes) {
        return 0;
    }
    received.body.append(bytes, size);
    return size;
}

std::size_t take_head(char*, std::size_t, std::size_t size, void* into) {
    auto& received = *static_cast<Received*>(into);
    received.head_bytes += size;
    return received.head_bytes > most_head_bytes ? 0 : size;
}

// Called about once a second; anything but 0 ends the call.
int check_stopping(void* stopping, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
    return static_cast<const Stopping*>(stopping)->is_set() ? 1 : 0;
}

void add_line(Lines& lines, const std::string& line) {
    curl_slist* longer = curl_slist_append(lines.get(), line.c_str());
    if (longer == nullptr) {
        throw std::bad_alloc();
    }
    std::ignore = lines.release();  // it is the rest of the longer one
    lines.reset(longer);
}

Lines lines_of(const Call& call) {
    Lines lines;
    add_line(lines, "Expect:");  // small bodies need no 100 Continue
    for (const identity::FetchField& field : call.fields) {
        add_line(lines, field.name + ": " + std::string(field.value.expose()));
    }
    return lines;
}

void set_request(CURL* easy, const Call& call, const curl_slist* lines) {
    set(easy, CURLOPT_URL, call.url.c_str());
    set(easy, CURLOPT_PATH_AS_IS, 1L);  // it is signed as it is
    set(easy, CURLOPT_HTTPHEADER, lines);
    set(easy, CURLOPT_USERAGENT, "rack-gateway");
    if (call.body) {
        set(easy, CURLOPT_POST, 1L);
        set(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(call.body->size()));
        set(easy, CURLOPT_POSTFIELDS, call.body->data());
        set(easy, CURLOPT_CUSTOMREQUEST, call.method.c_str());
    }
    if (call.proxy == Proxy::none) {
        set(easy, CURLOPT_PROXY, "");
    }
}

void set_limits(CURL* easy, milliseconds left, milliseconds longest_connect) {
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
std::string failure(CURLcode code, const char* words, const Received& received) {
    if (code == CURLE_WRITE_ERROR && received.head_bytes > most_head_bytes) {
        return "the head of the answer is larger than 64 KiB";
    }
    if (code == CURLE_WRITE_ERROR) {
        return "the answer is larger than " + std::to_string(received.most_bytes / mebibyte) +
               " MiB";
    }
    if (code == CURLE_ABORTED_BY_CALLBACK) {
        return "the gateway is shutting down";
    }
    return code == CURLE_PEER_FAILED_VERIFICATION && *words != '\0' ? words
                                                                    : curl_easy_strerror(code);
}

bool passes(CURLcode code) {
    constexpr std::array passing = {CURLE_COULDNT_RESOLVE_PROXY,
                                    CURLE_COULDNT_RESOLVE_HOST,
                                    CURLE_COULDNT_CONNECT,
                                    CURLE_OPERATION_TIMEDOUT,
                                    CURLE_SSL_CONNECT_ERROR,
                                    CURLE_GOT_NOTHING,
                                    CURLE_SEND_ERROR,
                                    CURLE_RECV_ERROR,
                                    CURLE_PARTIAL_FILE};
    return std::ranges::find(passing, code) != passing.end();
}

std::string field_of(CURL* easy, const std::string& name) {
    curl_header* header = nullptr;
    const bool found =
        curl_easy_header(easy, name.c_str(), 0, CURLH_HEADER, -1, &header) == CURLHE_OK;
    return found ? header->value : "";
}

Answer answer_of(CURL* easy, const Call& call, Received received) {
    Answer answer;
    long status = 0;
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    answer.status = static_cast<int>(status);
    answer.body = std::move(received.body);
    for (const std::string& name : call.wanted) {
        answer.fields.push_back(field_of(easy, name));
    }
    return answer;
}

}  // namespace

boost::system::result<Answer, TransferFailure> transfer(const Call& call,
                                                        const Conditions& conditions) {
    const std::string host = host_of(call.url);
    const auto left =
        std::min<Deadline::duration>(conditions.deadline - Deadline::clock::now(), longest_call);
    if (left < 1ms) {
        return TransferFailure{.why = host + ": no time left"};
    }
    const Easy easy(curl_easy_init());
    if (!easy) {
        throw std::runtime_error("curl_easy_init failed");
    }
    const Lines lines = lines_of(call);
    Received received{.most_bytes = call.most_bytes};
    std::array<char, CURL_ERROR_SIZE> words{};
    set_request(easy.get(), call, lines.get());
    set_limits(easy.get(), std::chrono::duration_cast<milliseconds>(left), call.longest_connect);
    set_trust(easy.get(), conditions.ca_file);
    set(easy.get(), CURLOPT_ERRORBUFFER, words.data());
    set(easy.get(), CURLOPT_WRITEFUNCTION, &take_body);
    set(easy.get(), CURLOPT_WRITEDATA, &received);
    set(easy.get(), CURLOPT_HEADERFUNCTION, &take_head);
    set(easy.get(), CURLOPT_HEADERDATA, &received);
    set(easy.get(), CURLOPT_NOPROGRESS, 0L);
    set(easy.get(), CURLOPT_XFERINFOFUNCTION, &check_stopping);
    set(easy.get(), CURLOPT_XFERINFODATA, &conditions.stopping);
    const CURLcode code = curl_easy_perform(easy.get());
    if (code != CURLE_OK) {
        return TransferFailure{.why = host + ": " + failure(code, words.data(), received),
                               .passes = passes(code)};
    }
    return answer_of(easy.get(), call, std::move(received));
}

}  // namespace rgw::outbound
