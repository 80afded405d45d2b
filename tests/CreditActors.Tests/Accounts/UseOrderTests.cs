using Akka.Actor;
using CreditActors.Accounts;
using CreditActors.Tests.Ledger;
using CsCheck;

namespace CreditActors.Tests.Accounts;

public sealed class UseOrderTests
{
    /// <summary>Many come and are used for each that is looked for; beside a list in which everything is looked at.</summary>
    [Fact]
    public void The_first_that_is_confirmed_is_the_least_recently_used() =>
        Gen.Select(Gen.Int[0, 9], Gen.Int[0, 1_000]).Array[1, 400].Sample(
            steps =>
            {
                var order = new UseOrder();
                var here = new List<Resident>();
                var now = 0;
                foreach (var (step, pick) in steps)
                {
                    now++;
                    var picked = here.Count > 0 ? here[pick % here.Count] : null;
                    switch (picked is null ? 0 : step)
                    {
                        case <= 3:
                            var coming = new Resident($"{now}", ActorRefs.Nobody, ActorRefs.Nobody) { UsedAt = now };
                            order.Add(coming);
                            here.Add(coming);
                            break;
                        case <= 7:
                            picked!.UsedAt = now;
                            break;
                        case 8:
                            order.Remove(picked!);
                            here.Remove(picked!);
                            break;
                        default:
                            while (!order.Confirm())
                            {
                            }

                            if (order.First != here.MinBy(one => one.UsedAt))
                                return false;
                            break;
                    }
                }

                // All of them in turn, and each knows when it is out.
                foreach (var expected in here.OrderBy(one => one.UsedAt))
                {
                    while (!order.Confirm())
                    {
                    }

                    if (order.First != expected)
                        return false;
                    order.Remove(expected);
                    if (expected.Place != Resident.Nowhere)
                        return false;
                }

                return order.First is null;
            },
            iter: Effort.Samples(500));
}
