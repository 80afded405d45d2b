using Scalar.AspNetCore;

namespace GpuCredit.Host.Http;

/// <summary>The OpenAPI document, and a page to read it and try the calls.</summary>
internal static class ApiPages
{
    public static void MapApiPages(this IEndpointRouteBuilder routes)
    {
        routes.MapOpenApi("/openapi/v1.json");
        // Its script comes with the Host, and its fonts are the reader's own: nothing is fetched from elsewhere.
        routes.MapScalarApiReference("/scalar", page => page.WithTitle("GpuCredit").DisableDefaultFonts());
    }
}
