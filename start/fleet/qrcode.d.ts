/** The two functions that the display and the printed report use. */
declare module "qrcode" {
  const qrcode: {
    create(
      text: string,
      options: { errorCorrectionLevel: "L" | "M" },
    ): { readonly modules: { readonly size: number; readonly data: Uint8Array } };
    toString(text: string, options: { type: "svg"; margin: number; errorCorrectionLevel: "L" | "M" }): Promise<string>;
  };
  export default qrcode;
}
