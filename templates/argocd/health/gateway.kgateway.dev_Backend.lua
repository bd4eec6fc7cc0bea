-- kgateway: where traffic is sent.
for _, condition in ipairs(obj.status ~= nil and obj.status.conditions or {}) do
  if condition.type == "Accepted" then
    if condition.status == "True" then
      return {status = "Healthy", message = condition.message or "accepted"}
    end
    return {status = "Degraded", message = condition.message or "not accepted"}
  end
end
return {status = "Progressing", message = "not looked at yet"}
