-- kgateway: how the traffic of routes and gateways is treated. Each of them says whether it accepts the policy.
local accepted = nil
for _, ancestor in ipairs(obj.status ~= nil and obj.status.ancestors or {}) do
  for _, condition in ipairs(ancestor.conditions or {}) do
    if condition.type == "Accepted" and condition.status == "False" then
      return {status = "Degraded", message = condition.message or "not accepted"}
    elseif condition.type == "Accepted" and condition.status == "True" then
      accepted = condition.message or "accepted"
    end
  end
end
if accepted then
  return {status = "Healthy", message = accepted}
end
return {status = "Progressing", message = "not looked at yet"}
