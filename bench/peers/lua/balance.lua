-- The balance at ARGV[1]. KEYS as in put.lua. Folds the events after the newest checkpoint before that tick, and on its way leaves a
-- checkpoint about every 64 events: what is left when every event up to its score is folded.
local t = tonumber(ARGV[1])
local ends, rems, lo, n = {}, {}, 1, 0
local from, since = '-inf', 0
local ck = redis.call('ZREVRANGEBYSCORE', KEYS[3], ARGV[1], '-inf', 'WITHSCORES', 'LIMIT', 0, 1)
if ck[1] then
  local s = cmsgpack.unpack(ck[1])
  ends, rems, n, from = s[2], s[3], #s[2], '(' .. ck[2]
end
local function save(ts)
  local e, r = {}, {}
  for i = lo, n do e[#e + 1] = ends[i]; r[#r + 1] = rems[i] end
  redis.call('ZADD', KEYS[3], ts, cmsgpack.pack({ts, e, r}))
  since = 0
end
local chunk, lts = 2000, nil
while true do
  local ev = redis.call('ZRANGEBYSCORE', KEYS[1], from, ARGV[1], 'WITHSCORES', 'LIMIT', 0, chunk)
  local m, full = #ev, #ev == 2 * chunk
  if full then                       -- never cut between equal timestamps
    local k = m
    while k > 0 and ev[k] == ev[#ev] do k = k - 2 end
    if k == 0 then chunk = chunk * 2; m = nil else m = k end
  end
  if m then
    for j = 1, m, 2 do
      local v, tss = ev[j], ev[j + 1]
      local ts = tonumber(tss)
      if since >= 64 and tss ~= lts then save(lts) end
      local kind, amt, ex = string.match(v, '^(%d):(%d+):(%d+):')
      if kind == '0' then
        ex = tonumber(ex)
        local i = n
        n = n + 1
        while i >= lo and ends[i] > ex do ends[i + 1] = ends[i]; rems[i + 1] = rems[i]; i = i - 1 end
        ends[i + 1] = ex; rems[i + 1] = tonumber(amt)
      else
        local want = tonumber(amt)
        while lo <= n and ends[lo] < ts do lo = lo + 1 end
        while want > 0 and lo <= n do
          local r = rems[lo]
          if r <= want then want = want - r; lo = lo + 1 else rems[lo] = r - want; want = 0 end
        end
      end
      lts = tss
      since = since + 1
    end
    if not full then break end
    from = '(' .. lts
  end
end
local bal = 0
for i = lo, n do if ends[i] >= t then bal = bal + rems[i] end end
return string.format('%d', bal)
