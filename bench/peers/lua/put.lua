-- Takes one credit (kind 0) or usage (1). KEYS: the sorted set of events, the set of ids, the sorted set of checkpoints. ARGV: id, kind,
-- timestamp, amount, last active tick. Answers 1 when the id was new. Checkpoints from the timestamp on are no longer true.
if redis.call('SADD', KEYS[2], ARGV[1]) == 0 then return 0 end
redis.call('ZADD', KEYS[1], ARGV[3], ARGV[2] .. ':' .. ARGV[4] .. ':' .. ARGV[5] .. ':' .. ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[3], ARGV[3], '+inf')
return 1
