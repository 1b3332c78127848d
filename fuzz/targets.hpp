#pragma once

#include <string_view>

// One function per parser of foreign bytes. Each aborts when an invariant does not hold. libFuzzer
// calls them through entry.cpp; the tests run them over the stored corpora.
namespace rgw::fuzz {

// The first byte chooses request or response and the size of the pieces; the rest are the bytes.
void head_parser(std::string_view input);
// The first byte chooses the size of the pieces and of the room to decode into.
void chunked(std::string_view input);
void request_target(std::string_view input);
// The first byte chooses the side and the size of the pieces; the rest are frames.
void websocket_frames(std::string_view input);
// The first byte chooses the method; the rest is a target below the rack mount.
void path_matcher(std::string_view input);
// The first byte chooses an ID token or its claims.
void id_token(std::string_view input);
// A JSON Web Key.
void jwk(std::string_view input);
// One line per query parameter of GET /audit-logs.
void audit_query(std::string_view input);
// The first byte chooses a signed note, a text to sign or a public key.
void checkpoint(std::string_view input);
// An anchor of the log, as it lies in a bucket.
void anchor(std::string_view input);
// A line of an exported audit log.
void ndjson_event(std::string_view input);
// The first byte chooses the setting; the rest is its value as JSON.
void setting(std::string_view input);
// The first byte chooses CBOR, an attestation object behind its client data, client data alone, a
// browser's JSON, a certificate or a structure of a TPM.
void webauthn(std::string_view input);
// A validation server's answer.
void yubico_answer(std::string_view input);
// The first byte chooses what may be seen, and an environment's text or a release answer.
void mask_release(std::string_view input);
// The first byte chooses: what S3 or STS complains of, a listing, credentials in XML or JSON, a
// file of AWS's profiles.
void aws_answer(std::string_view input);

}  // namespace rgw::fuzz
