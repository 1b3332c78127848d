#pragma once

#include "gateway_call.hpp"

// The operations of the gateway's own routes, by the file they are in. What each answers: spec
// http-api, by section.
namespace rgw::api {

// state_routes.cpp: load balancers and kubelets; what the SDK asks a rack before a session (spec
// proxy-rbac §6.5).
extern const Operation get_health;
extern const Operation get_readiness;
extern const Operation get_empty_list;

// sign_in_routes.cpp, §8
extern const Operation begin_web_sign_in;
extern const Operation finish_web_sign_in;
extern const Operation sign_out;

// info_routes.cpp, §11
extern const Operation get_info;

// created_by_routes.cpp, §11
extern const Operation get_created_by;

// audit_routes.cpp, §16
extern const Operation list_audit_log;
extern const Operation list_audit_records;
extern const Operation export_audit_log;
extern const Operation get_audit_event;

// openapi.cpp
extern const Operation get_openapi;

// static_routes.cpp, §22
extern const Operation go_to_app;
extern const Operation get_app;
extern const Operation get_icon;
extern const Operation get_robots;

}  // namespace rgw::api
