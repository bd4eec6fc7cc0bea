-- Gateway API inference extension: the model servers behind a route. Each gateway says whether it accepts the pool.
local accepted = nil
local status = obj.status or {}
for _, parent in ipairs(status.parents or status.parent or {}) do
  for _, condition in ipairs(parent.conditions or {}) do
    if condition.type == "Accepted" and condition.status == "False" and condition.reason ~= "Pending" then
      return {status = "Degraded", message = condition.message or "not accepted"}
    elseif condition.type == "Accepted" and condition.status == "True" then
      accepted = condition.message or "accepted"
    end
  end
end
if accepted then
  return {status = "Healthy", message = accepted}
end
-- A pool without a route that leads to it is complete: its part is done.
return {status = "Healthy", message = "no gateway uses it yet"}
