using System.Globalization;
using System.Text;
using GpuCredit.Host.Sources;

namespace Sources.Tests.Pipeline;

/// <summary>A message of <see cref="FakeFeed"/>.</summary>
internal sealed class FakeDelivery(long number, string body) : Delivery(new(Encoding.UTF8.GetBytes(body), null, []))
{
    public string Body => body;

    public override string Position { get; } = number.ToString(CultureInfo.InvariantCulture);
}
