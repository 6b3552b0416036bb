// The functions behind the suite's table, each in a file of its name. What each proves is said by
// the table's texts; all are as Check::run.
#pragma once

#include "base/result.hpp"
#include "checks/context.hpp"
#include "checks/report.hpp"

namespace fogis::checks {

Result<CheckResult> check_connection(Context& context);
Result<CheckResult> check_basic_operations(Context& context);
Result<CheckResult> check_binary_safety(Context& context);
Result<CheckResult> check_pub_sub(Context& context);
Result<CheckResult> check_pattern_subscription(Context& context);
Result<CheckResult> check_fan_out(Context& context);
Result<CheckResult> check_pipelining(Context& context);
Result<CheckResult> check_performance(Context& context);
Result<CheckResult> check_error_handling(Context& context);
Result<CheckResult> check_reconnection(Context& context);
Result<CheckResult> check_timeouts(Context& context);
Result<CheckResult> check_concurrency(Context& context);
Result<CheckResult> check_message_format(Context& context);
Result<CheckResult> check_acl(Context& context);
Result<CheckResult> check_server_configuration(Context& context);
Result<CheckResult> check_server_health(Context& context);

}  // namespace fogis::checks
