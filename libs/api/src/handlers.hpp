#pragma once

#include "gateway_call.hpp"

// The handlers of the gateway's own routes, by the file they are in. What each answers: spec
// http-api, by section.
namespace rgw::api {

// state_routes.cpp: load balancers and kubelets; what the SDK asks a rack before a session (spec
// proxy-rbac §6.5).
async::Task<Result<Reply>> get_health(GatewayCall call);
async::Task<Result<Reply>> get_readiness(GatewayCall call);
async::Task<Result<Reply>> get_empty_list(GatewayCall call);

// sign_in_routes.cpp, §8
async::Task<Result<Reply>> begin_web_sign_in(GatewayCall call);
async::Task<Result<Reply>> finish_web_sign_in(GatewayCall call);
async::Task<Result<Reply>> sign_out(GatewayCall call);

// info_routes.cpp, §11
async::Task<Result<Reply>> get_info(GatewayCall call);

// page_routes.cpp, §22: until the web app is there
async::Task<Result<Reply>> go_to_app(GatewayCall call);
async::Task<Result<Reply>> get_page(GatewayCall call);

}  // namespace rgw::api
