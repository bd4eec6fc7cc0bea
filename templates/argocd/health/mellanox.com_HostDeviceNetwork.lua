-- Network Operator: a secondary network, or the drivers of a group of nodes.
local status = obj.status or {}
if status.state == "ready" then
  return {status = "Healthy", message = "ready"}
elseif status.state == "error" then
  return {status = "Degraded", message = status.reason or "the operator reports an error"}
elseif status.state == "ignore" then
  return {status = "Degraded", message = status.reason or "ignored by the operator"}
end
return {status = "Progressing", message = status.reason or "not ready"}
