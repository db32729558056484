import { idOf } from '@stromgraph/kernel/ids';

export const CODES = ['11YBENCH-AREA-01', '11YBENCH-AREA-02', '11YBENCH-AREA-03', '11YBENCH-AREA-04', '11YBENCH-AREA-05'] as const;

/** The area that trades are made for. */
export const AREA_ID = idOf('grid-area', CODES[0]);
