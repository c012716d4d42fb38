/** The one function that the display uses. */
declare module "qrcode" {
  const qrcode: {
    toString(text: string, options: { type: "svg"; margin: number; errorCorrectionLevel: "L" | "M" }): Promise<string>;
  };
  export default qrcode;
}
